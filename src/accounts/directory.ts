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
/** What stands for an ID number outside the accounts; undefined for what is none. */
export const createIdNumberDigest =
  (sealing: Sealing) =>
  (typed: string): string | undefined => {
    const number = normaliseIdNumber(typed);
    return /^[A-Z0-9]{6,20}$/.test(number) ? sealing.blindIndex('tester', number) : undefined;
  };
export const phoneReservation = (sealing: Sealing, phone: string): string => `phone:${sealing.blindIndex('phone', phone)}`;

const mostOpened = 2000;

/** Opens sealed persons and keeps the last ones: one sign-in asks several times. A text moved from another account is still opened, and refused. */
function createPersonOpener(sealing: Sealing): (document: AccountDocument) => Person {
  const opened = new Map<AccountId, { readonly sealed: string; readonly person: Person }>();
  return ({ id, person: sealed }) => {
    const known = opened.get(id);
    if (known?.sealed === sealed) return known.person;
    const person = JSON.parse(sealing.open(sealed, personContext(id))) as Person;
    if (opened.size >= mostOpened) opened.clear();
    opened.set(id, { sealed, person });
    return person;
  };
}

/** A stored account as rules see it; the person is opened when asked for. */
function accountOf(document: AccountDocument, openPerson: (document: AccountDocument) => Person): Account {
  return {
    id: document.id,
    kind: document.kind,
    identityLevel: document.identityLevel,
    lock: document.lock,
    validFrom: document.validFrom,
    endings: document.endings,
    authenticators: document.authenticators,
    evidence: document.evidence,
    person: () => openPerson(document),
  };
}

export function createAccountDirectory({ store, sealing }: { readonly store: Store; readonly sealing: Sealing }): AccountDirectory {
  const openPerson = createPersonOpener(sealing);

  async function get(id: AccountId): Promise<Account | undefined> {
    const document = await store.get(accounts, id);
    return document && accountOf(document, openPerson);
  }

  /** An unknown number costs a second look-up too. */
  async function findReserved(id: string): Promise<Account | undefined> {
    const reservation = await store.get(reservations, id);
    return get(reservation?.accountId ?? ('unknown' as AccountId));
  }

  return {
    get,
    findByIdNumber: (idNumber) => findReserved(idNumberReservation(sealing, normaliseIdNumber(idNumber))),
    findByPhone: (phone) => findReserved(phoneReservation(sealing, phone.replace(/^0/, '+84'))),
  };
}
