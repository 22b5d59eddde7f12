import { memberInvalid } from '#src/clients/errors.ts';
import { keptMembersOf } from '#src/clients/known-members.ts';
import { DomainError } from '#src/kernel/domain-error.ts';

/** What only the answer says. @see RFC 7592, 2.2 */
const onlyAnswered: ReadonlySet<string> = new Set([
  'client_secret',
  'client_secret_expires_at',
  'client_id_issued_at',
  'registration_access_token',
  'registration_client_uri',
  'state',
  'waiting',
  'updated_at',
]);

type Metadata = Readonly<Record<string, unknown>>;

const words = (value: unknown): string[] => (typeof value === 'string' ? value.split(' ').filter(Boolean) : []);

/**
 * The registration that a service asks for by itself: what is not kept is left out; what SenID needs beside the standard's members follows from
 * them. Nobody makes itself a part of SenID here, nor reads claims by law.
 * @throws {DomainError} `client_metadata_invalid`, `request_malformed`
 */
export function readSentMetadata(body: unknown, id: string, claimsByScope: Readonly<Record<string, readonly string[]>>): Metadata {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new DomainError('request_malformed', { detail: 'body' });
  const sent: Metadata = Object.fromEntries(
    Object.entries(keptMembersOf(body as Metadata)).filter(([name]) => !onlyAnswered.has(name)),
  );
  if (sent['client_id'] !== undefined && sent['client_id'] !== id) throw memberInvalid('client_id', 'is given by SenID');
  const kind = sent['class'] ?? 'private';
  if (kind !== 'private') throw memberInvalid('class', 'a service that registers itself is private');
  const claims = words(sent['scope']).flatMap((scope) => claimsByScope[scope] ?? []);
  return {
    client_name: id,
    allowed_claims: [...new Set(claims)].filter((claim) => claim !== 'sub'),
    ...sent,
    class: kind,
    client_id: id,
  };
}
