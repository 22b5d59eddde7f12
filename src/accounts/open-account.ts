import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import { CommitConflict, type Store, type Write, write } from '#src/kernel/store.ts';
import type { IdentityEvidence, IdentityLevel, Person } from './account.ts';
import { accounts, credentials, reservations } from './collections.ts';
import { idNumberReservation, personContext, phoneReservation } from './directory.ts';
import { totpContext } from './keyboard-authentication.ts';

/** A checked person with what they will sign in with. */
export interface NewAccount {
  readonly kind: 'citizen' | 'foreigner';
  readonly identityLevel: IdentityLevel;
  readonly person: Person;
  readonly evidence: IdentityEvidence | undefined;
  readonly passwordHash: string | undefined;
  readonly totpSecret: string | undefined;
}

interface OpenParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Opens an account: person, credentials and reservations in one commit, so that one person has one account.
 * @throws {DomainError} `id_number_taken`, `phone_taken`, `evidence_missing`
 */
export async function openAccount({ store, sealing, clock, random }: OpenParts, account: NewAccount): Promise<AccountId> {
  if (account.identityLevel === 2 && account.evidence === undefined) throw new DomainError('evidence_missing');
  const id = randomIdentifier(random) as AccountId;
  const { person, passwordHash, totpSecret } = account;
  const idNumber = idNumberReservation(sealing, person.idNumber);
  const writes: Write[] = [
    write.insert(reservations, { id: idNumber, accountId: id }),
    ...(person.phone === undefined
      ? []
      : [write.insert(reservations, { id: phoneReservation(sealing, person.phone), accountId: id })]),
    write.insert(accounts, {
      id,
      schema: 1,
      kind: account.kind,
      identityLevel: account.identityLevel,
      validFrom: 0,
      authenticators: { password: passwordHash !== undefined, totp: totpSecret !== undefined, devices: 0 },
      evidence: account.evidence,
      person: sealing.seal(JSON.stringify(person), personContext(id)),
      createdAt: clock.now(),
    }),
    write.insert(credentials, {
      id,
      ...(passwordHash === undefined ? {} : { passwordHash }),
      ...(totpSecret === undefined ? {} : { totpSecret: sealing.seal(totpSecret, totpContext(id)) }),
    }),
  ];
  try {
    await store.commit(writes);
  } catch (conflict) {
    if (!(conflict instanceof CommitConflict)) throw conflict;
    throw new DomainError(conflict.documentId === idNumber ? 'id_number_taken' : 'phone_taken');
  }
  return id;
}
