import type { PasswordHashing } from '#src/hashing/password-hashing.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import { reservations } from './collections.ts';
import { idNumberReservation } from './directory.ts';
import { type ImportOptions, readPerson } from './import-person.ts';
import { openAccount } from './open-account.ts';
import { normaliseIdNumber } from './person-rules.ts';

export interface ImportParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: PasswordHashing;
}

export interface ImportReport {
  imported: number;
  duplicates: number;
  /** Line numbers count from 1. */
  readonly refused: { readonly line: number; readonly code: string; readonly detail?: string }[];
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DomainError('person_invalid', { detail: 'not JSON' });
  }
}

/** Whether the ID number of a line has an account already; then nothing of it is hashed again. */
async function isKnown({ store, sealing }: ImportParts, json: unknown): Promise<boolean> {
  const idNumber = (json as { id_number?: unknown } | null)?.id_number;
  return (
    typeof idNumber === 'string' &&
    (await store.get(reservations, idNumberReservation(sealing, normaliseIdNumber(idNumber)))) !== undefined
  );
}

type LineOutcome = 'imported' | 'duplicate' | { readonly code: string; readonly detail?: string };

type PeopleOptions = Omit<ImportOptions, 'hash'> & { readonly dryRun: boolean; readonly progress?: (done: number) => void };

async function importLine(parts: ImportParts, text: string, options: PeopleOptions): Promise<LineOutcome> {
  try {
    const json = parseLine(text);
    if (await isKnown(parts, json)) return 'duplicate';
    const account = await readPerson(json, parts, { ...options, hash: !options.dryRun });
    if (!options.dryRun) await openAccount(parts, account);
    return 'imported';
  } catch (refusal) {
    if (!(refusal instanceof DomainError)) throw refusal;
    if (refusal.code === 'id_number_taken') return 'duplicate';
    return { code: refusal.code, ...(refusal.detail === undefined ? {} : { detail: refusal.detail }) };
  }
}

/** Opens an account for each line. A line that is there already is a duplicate, so a broken import can simply run again. */
export async function importPeople(
  parts: ImportParts,
  lines: AsyncIterable<string>,
  options: PeopleOptions,
): Promise<ImportReport> {
  const report: ImportReport = { imported: 0, duplicates: 0, refused: [] };
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === '') continue;
    const outcome = await importLine(parts, text, options);
    if (outcome === 'imported') report.imported += 1;
    else if (outcome === 'duplicate') report.duplicates += 1;
    else report.refused.push({ line, ...outcome });
    options.progress?.(line);
  }
  return report;
}
