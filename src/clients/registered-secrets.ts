import { wholeSeconds } from '#src/kernel/clock.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import { type BroughtSecrets, withBrought } from './brought-secrets.ts';
import { memberInvalid } from './errors.ts';
import { needsSecret } from './protocol-rules.ts';
import type { Registration } from './registration.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import { isLive, type KeptSecret, openSecret, sealSecret } from './secrets.ts';

/** What a registration makes of the secrets of its service. */
export interface RegisteredSecrets {
  readonly kept: readonly KeptSecret[] | undefined;
  readonly generated?: string;
  readonly isChanged: boolean;
  /** The change alone, for a version that waits. */
  readonly brought?: BroughtSecrets;
}

/** The secrets after a registration: a given one is the only one, the known ones stay without it, and one is made where there is none. */
export function secretsAfter(
  parts: ClientRegistryParts,
  { members }: Registration,
  before: readonly KeptSecret[],
): RegisteredSecrets {
  if (!needsSecret(members)) return { kept: undefined, isChanged: before.length > 0 };
  const now = parts.clock.now();
  const { client_id: id, client_secret: given, client_secret_expires_at: seconds = 0 } = members;
  const until = seconds > 0 ? { expiresAt: seconds * 1000 } : {};
  const checkEnd = (): void => {
    if (!isLive(until, now)) throw memberInvalid('client_secret_expires_at', 'is over, so the secret would open nothing');
  };
  const alone = (value: string): RegisteredSecrets => {
    checkEnd();
    const secret = sealSecret(parts, id, value, { createdAt: now, ...until });
    return { kept: [secret], isChanged: true, brought: { given: { secret, insteadOf: before.map(({ id: each }) => each) } } };
  };
  const live = before.filter((secret) => isLive(secret, now));
  if (given !== undefined && !live.some((secret) => openSecret(parts.sealing, id, secret) === given)) return alone(given);
  const [newest] = live;
  if (newest === undefined) {
    // base64url: letters, digits, - and _ only, since some libraries do not form-encode Basic credentials
    const generated = randomIdentifier(parts.random, 256);
    return { ...alone(generated), generated };
  }
  const { id: newestId, expiresAt: was } = newest;
  // shown in whole seconds, so that what comes back unchanged is a little earlier than what is kept
  if (seconds === 0 || (was !== undefined && wholeSeconds(was) === seconds)) return { kept: before, isChanged: false };
  checkEnd();
  const brought = { end: { id: newestId, ...(was === undefined ? {} : { was }), at: seconds * 1000 } };
  return { kept: withBrought(live, brought), isChanged: true, brought };
}
