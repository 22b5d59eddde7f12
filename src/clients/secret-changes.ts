import { DomainError } from '#src/kernel/domain-error.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import type { Actor } from './actor.ts';
import { type ClientErrorCode, clientNotFound } from './errors.ts';
import { checkManager } from './propose.ts';
import { needsSecretBy } from './protocol-rules.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import { endedSecret, isLive, type KeptSecret, mostSecrets, sealSecret, secretsOf, withoutSecret } from './secrets.ts';
import { type Expected, isWaiting, knownState, type ServiceRecord, type Step, takeStep } from './service-record.ts';

/** One secret as it is listed: never its value. */
export interface ListedSecret {
  readonly secret_id: string;
  readonly created_at: string;
  /** Absent: it does not end by itself. */
  readonly expires_at?: string;
  readonly state: 'live' | 'expired';
}

export interface AddedSecret {
  readonly client_id: string;
  readonly secret_id: string;
  /** Given this once. */
  readonly client_secret: string;
  readonly expires_at?: string;
}

export interface SecretChange extends Expected {
  /** When the new one ends, in milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  /** Until when the others go on beside it; absent, until they are ended. */
  readonly othersUntil?: number | undefined;
}

const iso = (at: number): string => new Date(at).toISOString();
const ends = ({ expiresAt }: Pick<KeptSecret, 'expiresAt'>): { expires_at?: string } =>
  expiresAt === undefined ? {} : { expires_at: iso(expiresAt) };

/** Those of what works, or of the only version there is. */
export function secretsOfRecord({ id, live, waiting }: ServiceRecord): readonly KeptSecret[] {
  if (live !== undefined) return secretsOf(live);
  if (isWaiting(waiting)) return waiting.secrets ?? [];
  throw clientNotFound(id);
}

export const listedSecrets = (secrets: readonly KeptSecret[], now: number): ListedSecret[] =>
  secrets.map((secret) => ({
    secret_id: secret.id,
    created_at: iso(secret.createdAt),
    ...ends(secret),
    state: isLive(secret, now) ? 'live' : 'expired',
  }));

/** A secret is its holder's own affair: changing one needs no approval, for what the service may do stays the same. */
function changeSecrets<Answer>(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  expected: Expected,
  work: (
    secrets: readonly KeptSecret[],
    record: ServiceRecord,
  ) => { secrets: readonly KeptSecret[]; action: string; of: string; answer: Answer },
): Promise<Answer> {
  return takeStep(parts, id, by, expected, (record): Step<Answer> => {
    const { live, waiting } = record;
    const before = secretsOfRecord(record);
    checkManager(record, by);
    const { secrets, action, of, answer } = work(before, record);
    const told = { action, state: knownState(record), changes: [{ member: 'client_secret', after: of }] };
    if (live !== undefined) return { live: { ...live, secrets }, told, answer };
    if (isWaiting(waiting)) return { waiting: { ...waiting, secrets }, told, answer };
    throw clientNotFound(id);
  });
}

/** Another secret beside those that there are: a service changes over while both work. @throws {DomainError} */
export function addSecret(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  { expiresAt, othersUntil, ...expected }: SecretChange,
): Promise<AddedSecret> {
  return changeSecrets(parts, id, by, expected, (before, { live, waiting }) => {
    const now = parts.clock.now();
    const metadata = live?.metadata ?? waiting?.version.metadata ?? {};
    if (!needsSecretBy(metadata))
      throw new DomainError<ClientErrorCode>('client_metadata_invalid', {
        detail: `client_secret: token_endpoint_auth_method ${String(metadata['token_endpoint_auth_method'])} uses none`,
      });
    if (!isLive({ expiresAt }, now))
      throw new DomainError<ClientErrorCode>('client_metadata_invalid', {
        detail: 'expires_at: is over, so the secret would open nothing',
      });
    const lasting = before.filter((secret) => isLive(secret, now));
    if (lasting.length >= mostSecrets) throw new DomainError<ClientErrorCode>('client_secrets_full', { detail: `${mostSecrets}` });
    const others = lasting.map((secret) =>
      othersUntil === undefined ? secret : { ...secret, expiresAt: Math.min(othersUntil, secret.expiresAt ?? othersUntil) },
    );
    const value = randomIdentifier(parts.random, 256);
    const added = sealSecret(parts, id, value, { createdAt: now, ...(expiresAt === undefined ? {} : { expiresAt }) });
    return {
      secrets: [added, ...others],
      action: 'add secret',
      of: added.id,
      answer: { client_id: id, secret_id: added.id, client_secret: value, ...ends(added) },
    };
  });
}

/** Lets a secret end at a time. @throws {DomainError} `client_secret_not_found` */
export const expireSecret = (
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  { secretId, at, ...expected }: Expected & { readonly secretId: string; readonly at: number },
): Promise<void> =>
  changeSecrets(parts, id, by, expected, (before) => ({
    secrets: endedSecret(before, secretId, at),
    action: `expire secret at ${iso(at)}`,
    of: secretId,
    answer: undefined,
  }));

/** Takes a secret away at once. @throws {DomainError} `client_secret_not_found` */
export const revokeSecret = (
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  { secretId, ...expected }: Expected & { readonly secretId: string },
): Promise<void> =>
  changeSecrets(parts, id, by, expected, (before) => ({
    secrets: withoutSecret(before, secretId),
    action: 'revoke secret',
    of: secretId,
    answer: undefined,
  }));
