import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import type { Account } from '#src/accounts/account.ts';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { challengeFor, isChallengeFor, useChallenge } from './challenge.ts';
import { type PasskeyDocument, passkeys } from './collections.ts';
import { expectedOrigin, isPasskeyWaiting, type PasskeyParts, relyingPartyId } from './ports.ts';
import { authenticationResponse, challengeIn, readResponse } from './response-shapes.ts';
import { userHandleBytes, userHandleOf } from './user-handle.ts';

/** What a sign-in page offers the browser; whoever comes is found by the passkey they choose. */
export interface PasskeyOffer {
  readonly challenge: string;
  readonly rpId: string;
}

export const askForPasskey = (parts: PasskeyParts, interaction: string): PasskeyOffer => ({
  challenge: challengeFor(parts, { kind: 'prove', of: interaction }),
  rpId: relyingPartyId(parts),
});

/** Somebody who signed in with a passkey. */
export interface ProvenByPasskey {
  readonly account: Account;
  readonly methods: readonly ProvenMethod[];
}

const refused = (): DomainError => new DomainError('passkey_refused');

const isHandleOf = (parts: PasskeyParts, { accountId }: PasskeyDocument, given: string | undefined): boolean =>
  given === Buffer.from(userHandleBytes(userHandleOf(parts, accountId))).toString('base64url');

/**
 * Who answered the challenge of this sign-in. A key and what unlocks it prove holding and knowing: WebAuthn never says whether that was a PIN or a
 * finger, so no biometric is counted. A key that may be copied to other devices is a software key.
 * @throws {DomainError} `passkey_refused`, whatever is wrong with it
 * @see Web Authentication Level 3, 7.2
 */
export async function provePasskey(parts: PasskeyParts, interaction: string, text: string): Promise<ProvenByPasskey> {
  const response = readResponse(authenticationResponse, text);
  const passkey = response && (await parts.store.get(passkeys, response.id));
  if (response === undefined || passkey === undefined) throw refused();
  // read before the proof is looked at: whatever ends the account meanwhile ends the proof
  const account = await parts.accounts.get(passkey.accountId);
  if (account === undefined || !isHandleOf(parts, passkey, response.response.userHandle)) throw refused();
  const checked = await verifyAuthenticationResponse({
    response: response as never,
    expectedChallenge: (challenge) => isChallengeFor(parts, { kind: 'prove', of: interaction }, challenge),
    expectedOrigin: expectedOrigin(parts),
    expectedRPID: relyingPartyId(parts),
    credential: {
      id: passkey.id,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: passkey.counter,
    },
    requireUserVerification: true,
  }).catch(() => undefined);
  if (checked?.verified !== true) throw refused();
  if (!(await useChallenge(parts, challengeIn(response.response.clientDataJSON)))) throw refused();
  const { newCounter, credentialDeviceType } = checked.authenticationInfo;
  // what was once bound to one device does not become copyable, and two answers with one count are two copies
  if (credentialDeviceType !== (passkey.isSynced ? 'multiDevice' : 'singleDevice')) throw refused();
  const used = { counter: newCounter, usedAt: parts.clock.now() };
  const isOwn = await parts.store.amend(
    passkeys,
    passkey.id,
    { accountId: passkey.accountId, counter: passkey.counter },
    { set: used },
  );
  if (!isOwn) throw refused();
  const isUnvouched = isPasskeyWaiting(passkey, parts.clock.now());
  const proven = {
    at: epochSeconds(parts.clock),
    under: account.validFrom,
    ...(isUnvouched ? ({ unvouched: true } as const) : {}),
  };
  return {
    account,
    methods: [
      { amr: passkey.isSynced ? 'swk' : 'hwk', ...proven },
      { amr: 'user', ...proven },
    ],
  };
}
