import { readFileSync } from 'node:fs';

interface Entry {
  readonly agency: string;
  readonly document: string;
  readonly number: string;
  readonly personal_id_number: string;
  readonly birthdate: string;
  /** Somebody still looks for the paper: no answer yet. */
  readonly takes_longer?: boolean;
  readonly record: { readonly full_name: string };
}

/** What SenID asks (docs/connectors.md). */
export interface Check {
  readonly request: string;
  readonly document: string;
  readonly number: string;
  readonly person: { readonly personal_id_number: string; readonly name: string; readonly birthdate: string };
}

export interface Answer {
  readonly status: 200 | 202;
  readonly body: object;
}

const entries = JSON.parse(readFileSync(new URL('register.json', import.meta.url), 'utf8')) as readonly Entry[];

/** Numbers as they stand on paper, without signs. */
const plain = (number: string): string => number.replace(/[\s.-]/g, '').toUpperCase();

/** What an agency's register says: of a paper that is another person's only that it is not this one's. */
export function answerOf(agency: string, { request, document, number, person }: Check): Answer {
  const found = entries.find(
    (entry) => entry.agency === agency && entry.document === document && plain(entry.number) === plain(number),
  );
  if (found === undefined) return { status: 200, body: { outcome: 'not_found', request } };
  if (found.takes_longer === true) return { status: 202, body: {} };
  const isTheirs =
    found.personal_id_number === person.personal_id_number &&
    found.birthdate === person.birthdate &&
    found.record.full_name.normalize('NFC') === person.name.normalize('NFC');
  if (!isTheirs) return { status: 200, body: { outcome: 'mismatch', request } };
  const { personal_id_number, record } = found;
  return { status: 200, body: { outcome: 'verified', request, personal_id_number, number: found.number, record } };
}
