import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server';
import { type Account, displayName } from '#src/accounts/account.ts';
import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents, accounts } from '#src/accounts/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { CommitConflict, write } from '#src/kernel/store.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';
import { challengeFor, isChallengeFor, useChallenge } from './challenge.ts';
import { type PasskeyDocument, passkeys } from './collections.ts';
import { passkeyPolicy } from './policy.ts';
import { expectedOrigin, type PasskeyParts, relyingPartyId } from './ports.ts';
import { challengeIn, readResponse, registrationResponse } from './response-shapes.ts';
import { userHandleBytes, userHandleOf } from './user-handle.ts';

/** ES256, EdDSA, RS256: what authenticators have. */
const algorithms = [-7, -8, -257];

/**
 * What the browser needs to make a passkey (`PublicKeyCredentialCreationOptionsJSON`), for one session of its holder.
 * @see Web Authentication Level 3, 5.4
 */
export async function offerPasskey(parts: PasskeyParts, account: Account, session: string): Promise<object> {
  const name = displayName(account.person().name);
  const held = await parts.store.find(passkeys, 'account', account.id, { limit: passkeyPolicy.mostOfAccount });
  if (held.length >= passkeyPolicy.mostOfAccount) throw new DomainError('too_many_passkeys');
  return generateRegistrationOptions({
    rpName: 'SenID',
    rpID: relyingPartyId(parts),
    userID: userHandleBytes(userHandleOf(parts, account.id)),
    userName: name,
    userDisplayName: name,
    challenge: new Uint8Array(Buffer.from(challengeFor(parts, { kind: 'add', of: session }), 'base64url')),
    timeout: 120_000,
    attestationType: 'none',
    excludeCredentials: held.map(({ id, transports }) => ({ id, transports: [...transports] as never })),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  });
}

/** @throws {DomainError} `passkey_name_invalid` */
export function passkeyName(given: string): string {
  const name = given.normalize('NFC').trim();
  if (name === '' || [...name].length > passkeyPolicy.longestName || !visibleLine.test(name))
    throw new DomainError('passkey_name_invalid');
  return name;
}

async function verified(
  parts: PasskeyParts,
  session: string,
  text: string,
): Promise<Omit<PasskeyDocument, 'accountId' | 'name' | 'addedAt'>> {
  const response = readResponse(registrationResponse, text);
  if (response === undefined) throw new DomainError('passkey_refused');
  const checked = await verifyRegistrationResponse({
    response: response as never,
    expectedChallenge: (challenge) => isChallengeFor(parts, { kind: 'add', of: session }, challenge),
    expectedOrigin: expectedOrigin(parts),
    expectedRPID: relyingPartyId(parts),
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => undefined);
  if (checked?.verified !== true) throw new DomainError('passkey_refused');
  if (!(await useChallenge(parts, challengeIn(response.response.clientDataJSON)))) throw new DomainError('passkey_refused');
  const { credential, credentialDeviceType } = checked.registrationInfo;
  return {
    id: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    isSynced: credentialDeviceType === 'multiDevice',
    transports: response.response.transports,
  };
}

/**
 * Makes an answered offer a passkey of the account. Whoever calls has had its holder prove themselves for this very deed. Added with one factor
 * alone it waits, so that a stolen password makes nothing that outlasts its owner's look at the account.
 * @param session as in the offer
 * @throws {DomainError} `passkey_refused`, `passkey_known`, `too_many_passkeys`, `passkey_name_invalid`, `account_locked`
 */
export async function addPasskey(
  parts: PasskeyParts,
  account: Account,
  {
    session,
    response,
    name,
    waitMs,
  }: {
    readonly session: string;
    readonly response: string;
    readonly name: string;
    /** How long it waits; 0 where its holder has proven two factors for it. */
    readonly waitMs: number;
  },
): Promise<PasskeyDocument> {
  const named = passkeyName(name);
  const addedAt = parts.clock.now();
  const waits = waitMs === 0 ? {} : { waitingUntil: addedAt + waitMs };
  const passkey = { ...(await verified(parts, session, response)), accountId: account.id, name: named, addedAt, ...waits };
  for (;;) {
    const now = await parts.accounts.get(account.id);
    if (now === undefined || now.lock !== undefined || now.validFrom !== account.validFrom) throw new DomainError('account_locked');
    const held = await parts.store.find(passkeys, 'account', account.id, { limit: passkeyPolicy.mostOfAccount });
    if (held.length >= passkeyPolicy.mostOfAccount) throw new DomainError('too_many_passkeys');
    const { authenticators, validFrom } = now;
    try {
      await parts.store.commit([
        write.insert(passkeys, passkey),
        write.patch(
          accounts,
          account.id,
          { validFrom, lock: undefined, authenticators },
          { set: { authenticators: { ...authenticators, passkeys: held.length + 1 } } },
        ),
        write.insert(accountEvents, accountEvent(parts, account.id, 'passkey-added', { name: named })),
      ]);
      return passkey;
    } catch (conflict) {
      if (!(conflict instanceof CommitConflict)) throw conflict;
      // somebody else's too: nobody learns whose
      if (conflict.collection === passkeys.name) throw new DomainError('passkey_known');
    }
  }
}
