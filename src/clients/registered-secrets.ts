import { randomIdentifier } from '#src/kernel/random.ts';
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
  const sealed = (value: string): KeptSecret => {
    if (!isLive(until, now)) throw memberInvalid('client_secret_expires_at', 'is over, so the secret would open nothing');
    return sealSecret(parts, id, value, { createdAt: now, ...until });
  };
  const live = before.filter((secret) => isLive(secret, now));
  if (given !== undefined && !live.some((secret) => openSecret(parts.sealing, id, secret) === given))
    return { kept: [sealed(given)], isChanged: true };
  const [newest, ...older] = live;
  if (newest === undefined) {
    // base64url: letters, digits, - and _ only, since some libraries do not form-encode Basic credentials
    const generated = randomIdentifier(parts.random, 256);
    return { kept: [sealed(generated)], generated, isChanged: true };
  }
  if (seconds > 0 && newest.expiresAt !== seconds * 1000) return { kept: [{ ...newest, ...until }, ...older], isChanged: true };
  return { kept: before, isChanged: false };
}
