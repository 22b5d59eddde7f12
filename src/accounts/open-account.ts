import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import { CommitConflict, type Store, write } from '#src/kernel/store.ts';
import type { IdentityEvidence, IdentityLevel, Person } from './account.ts';
import { accounts, credentials, reservations } from './collections.ts';
import { idNumberReservation, personContext, phoneReservation } from './directory.ts';
import { totpContext } from './keyboard-authentication.ts';
import type { LineDocument } from './ports.ts';

/** A checked person with what they will sign in with. */
export interface NewAccount {
  readonly kind: 'citizen' | 'foreigner';
  readonly identityLevel: IdentityLevel;
  readonly person: Person;
  readonly evidence: IdentityEvidence | undefined;
  readonly passwordHash: string | undefined;
  readonly totpSecret: string | undefined;
}

/** The same with the documents that its import line names. */
export interface LineAccount extends NewAccount {
  readonly documents: readonly LineDocument[];
}

interface OpenParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Everything that is kept of a new account: the person, what they sign in with, and the reservations that make both unique.
 * @param idNumber the reservation of the ID number, where it is known already
 */
export function accountDocuments(
  { sealing, clock }: Pick<OpenParts, 'sealing' | 'clock'>,
  id: AccountId,
  account: NewAccount,
  idNumber = idNumberReservation(sealing, account.person.idNumber),
) {
  if (account.identityLevel === 2 && account.evidence === undefined) throw new DomainError('evidence_missing');
  const { person, passwordHash, totpSecret } = account;
  const phone = person.phone === undefined ? undefined : { id: phoneReservation(sealing, person.phone), accountId: id };
  return {
    idNumber: { id: idNumber, accountId: id },
    phone,
    account: {
      id,
      schema: 1 as const,
      kind: account.kind,
      identityLevel: account.identityLevel,
      validFrom: 0,
      authenticators: { password: passwordHash !== undefined, totp: totpSecret !== undefined, devices: 0 },
      evidence: account.evidence,
      person: sealing.seal(JSON.stringify(person), personContext(id)),
      createdAt: clock.now(),
    },
    credentials: {
      id,
      ...(passwordHash === undefined ? {} : { passwordHash }),
      ...(totpSecret === undefined ? {} : { totpSecret: sealing.seal(totpSecret, totpContext(id)) }),
    },
  };
}

/**
 * Opens an account: person, credentials and reservations in one commit, so that one person has one account.
 * @throws {DomainError} `id_number_taken`, `phone_taken`, `evidence_missing`
 */
export async function openAccount(parts: OpenParts, account: NewAccount): Promise<AccountId> {
  const id = randomIdentifier(parts.random) as AccountId;
  const documents = accountDocuments(parts, id, account);
  try {
    await parts.store.commit([
      write.insert(reservations, documents.idNumber),
      ...(documents.phone === undefined ? [] : [write.insert(reservations, documents.phone)]),
      write.insert(accounts, documents.account),
      write.insert(credentials, documents.credentials),
    ]);
  } catch (conflict) {
    if (!(conflict instanceof CommitConflict)) throw conflict;
    throw new DomainError(conflict.documentId === documents.idNumber.id ? 'id_number_taken' : 'phone_taken');
  }
  return id;
}
