import type { AccountId } from '#src/kernel/identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import type { Account, Person } from './account.ts';
import { type AccountDocument, accounts, reservations } from './collections.ts';
import { normaliseIdNumber } from './person-rules.ts';
import type { AccountDirectory } from './ports.ts';

export const personContext = (id: AccountId): string => `accounts/${id}/person`;

/** The reservation that makes an ID number belong to one account. */
export const idNumberReservation = (sealing: Sealing, idNumber: string): string =>
  `id-number:${sealing.blindIndex('id-number', idNumber)}`;
export const phoneReservation = (sealing: Sealing, phone: string): string => `phone:${sealing.blindIndex('phone', phone)}`;

/** Opened persons by their sealed text: one sign-in asks several times. Bounded, and never wrong: other data are other sealed text. */
const opened = new Map<string, Person>();
const mostOpened = 2000;

function openPerson(document: AccountDocument, sealing: Sealing): Person {
  const known = opened.get(document.person);
  if (known !== undefined) return known;
  const person = JSON.parse(sealing.open(document.person, personContext(document.id))) as Person;
  if (opened.size >= mostOpened) opened.clear();
  opened.set(document.person, person);
  return person;
}

/** A stored account as rules see it; the person is opened when asked for, once. */
function accountOf(document: AccountDocument, sealing: Sealing): Account {
  return {
    id: document.id,
    kind: document.kind,
    identityLevel: document.identityLevel,
    lock: document.lock,
    validFrom: document.validFrom,
    authenticators: document.authenticators,
    evidence: document.evidence,
    person: () => openPerson(document, sealing),
  };
}

export function createAccountDirectory({ store, sealing }: { readonly store: Store; readonly sealing: Sealing }): AccountDirectory {
  async function get(id: AccountId): Promise<Account | undefined> {
    const document = await store.get(accounts, id);
    return document && accountOf(document, sealing);
  }

  return {
    get,
    async findByIdNumber(idNumber) {
      const reservation = await store.get(reservations, idNumberReservation(sealing, normaliseIdNumber(idNumber)));
      // an unknown number costs a second look-up too
      return get(reservation?.accountId ?? ('unknown' as AccountId));
    },
  };
}
