import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { usedChallenges } from './collections.ts';
import { passkeyPolicy } from './policy.ts';
import type { PasskeyParts } from './ports.ts';

/** What a challenge belongs to: one ceremony of one page or session, and nothing else. */
export interface Ceremony {
  readonly kind: 'add' | 'prove';
  /** The interaction's uid, or the name of the session that adds a passkey. */
  readonly of: string;
}

const timeBytes = 8;
const randomLength = 16;
const signedBytes = timeBytes + randomLength;

function sign({ sealing }: Pick<PasskeyParts, 'sealing'>, { kind, of }: Ceremony, signed: Buffer): Buffer {
  const key = sealing.deriveKey('passkey-challenges');
  return createHmac('sha256', key).update(`${kind} ${of.length} ${of} `).update(signed).digest();
}

/** A challenge for a ceremony, base64url; nothing is kept of it. */
export function challengeFor(parts: Pick<PasskeyParts, 'clock' | 'random' | 'sealing'>, ceremony: Ceremony): string {
  const time = Buffer.alloc(timeBytes);
  time.writeBigUInt64BE(BigInt(parts.clock.now()));
  const signed = Buffer.concat([time, parts.random.bytes(randomLength)]);
  return Buffer.concat([signed, sign(parts, ceremony, signed)]).toString('base64url');
}

/** Whether this is a challenge of ours for this ceremony, and not too old. */
export function isChallengeFor(parts: Pick<PasskeyParts, 'clock' | 'sealing'>, ceremony: Ceremony, challenge: string): boolean {
  const bytes = Buffer.from(challenge, 'base64url');
  if (bytes.length !== signedBytes + 32) return false;
  const signed = bytes.subarray(0, signedBytes);
  if (!timingSafeEqual(bytes.subarray(signedBytes), sign(parts, ceremony, signed))) return false;
  const age = parts.clock.now() - Number(signed.readBigUInt64BE());
  return age <= passkeyPolicy.challengeLifeMs && age >= -passkeyPolicy.skewMs;
}

/** False when it was used before: of any number of answers to one challenge the first counts. */
export function useChallenge({ store, clock }: Pick<PasskeyParts, 'store' | 'clock'>, challenge: string): Promise<boolean> {
  const expiresAt = clock.now() + passkeyPolicy.challengeLifeMs + passkeyPolicy.skewMs;
  return store.insert(usedChallenges, { id: hash('sha256', challenge, 'base64url'), expiresAt });
}
