import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { ClientErrorCode } from './errors.ts';

/** One of the secrets of a client, as it is kept; `sealed` opens for its client alone. */
export interface KeptSecret {
  readonly id: string;
  readonly sealed: string;
  readonly createdAt: number;
  /** Milliseconds since the epoch; from then on it opens nothing. */
  readonly expiresAt?: number | undefined;
}

/** A secret as it is compared with what a request presents. */
export interface ClientSecret {
  readonly value: string;
  readonly expiresAt?: number | undefined;
}

/** More than two are a rotation that nobody ends. */
export const mostSecrets = 5;

/** What binds a sealed secret to its client. */
const sealContext = (id: string): string => `clients/${id}/secret`;

export const isLive = ({ expiresAt }: Pick<KeptSecret, 'expiresAt'>, now: number): boolean =>
  expiresAt === undefined || now < expiresAt;

export const sealSecret = (
  { sealing, random }: { readonly sealing: Sealing; readonly random: Random },
  clientId: string,
  value: string,
  kept: Pick<KeptSecret, 'createdAt' | 'expiresAt'>,
): KeptSecret => ({
  id: `s-${randomIdentifier(random, 48).replace(/[-_]/g, '0')}`,
  sealed: sealing.seal(value, sealContext(clientId)),
  ...kept,
});

export const openSecret = (sealing: Sealing, clientId: string, { sealed }: Pick<KeptSecret, 'sealed'>): string =>
  sealing.open(sealed, sealContext(clientId));

interface KeepsSecrets {
  readonly id: string;
  readonly secret?: string | undefined;
  readonly secrets?: readonly KeptSecret[] | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

/**
 * The secrets of a registration, the newest first. A process of the version before knows `secret` alone: what it wrote there and nowhere else is
 * the only one. It bounded it by `client_secret_expires_at` of the metadata.
 */
export function secretsOf({ secret, secrets = [], metadata, createdAt }: KeepsSecrets): readonly KeptSecret[] {
  if (secret === undefined || secrets.some(({ sealed }) => sealed === secret)) return secrets;
  const until = Number(metadata['client_secret_expires_at'] ?? 0);
  return [{ id: 'first', sealed: secret, createdAt, ...(until > 0 ? { expiresAt: until * 1000 } : {}) }];
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The secret that was presented, if it is one that counts now. Looks at all of them, in a time that tells nothing of any. */
export function presentedSecret(secrets: readonly ClientSecret[], presented: string, now: number): ClientSecret | undefined {
  const given = digest(presented);
  const matching = secrets.filter(({ value }) => timingSafeEqual(digest(value), given));
  return matching.find((secret) => isLive(secret, now));
}

const notFound = (id: string): never => {
  throw new DomainError<ClientErrorCode>('client_secret_not_found', { detail: id });
};

/** Ends a secret at a time, and never later than it was to end. @throws {DomainError} `client_secret_not_found` */
export function endedSecret(secrets: readonly KeptSecret[], id: string, at: number): readonly KeptSecret[] {
  if (!secrets.some((secret) => secret.id === id)) notFound(id);
  return secrets.map((secret) =>
    secret.id === id ? { ...secret, expiresAt: Math.min(at, secret.expiresAt ?? Number.POSITIVE_INFINITY) } : secret,
  );
}

/** Takes a secret away at once. @throws {DomainError} `client_secret_not_found` */
export function withoutSecret(secrets: readonly KeptSecret[], id: string): readonly KeptSecret[] {
  if (!secrets.some((secret) => secret.id === id)) notFound(id);
  return secrets.filter((secret) => secret.id !== id);
}
