import { importJWK, SignJWT } from 'jose';
import type { SubjectIdentifiers } from '#src/accounts/subject-identifier.ts';
import type { Client } from '#src/clients/client.ts';
import type { ClientDirectory } from '#src/clients/ports.ts';
import { profileMembers } from '#src/clients/profile-members.ts';
import { type Clock, epochSeconds } from '#src/kernel/clock.ts';
import type { Deliver, Delivery } from '#src/outbox/deliver-lane.ts';
import { type ServiceEvent, serviceEventOf } from '#src/outbox/service-event.ts';
import type { Push, PushAnswer } from './outgoing-push.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The event types of ours; `docs/events.md` has their members. */
const eventUri = (type: ServiceEvent['type']): string => `urn:senid:event:${type}`;

export interface SecurityEventParts {
  readonly issuer: string;
  readonly clock: Clock;
  readonly clients: ClientDirectory;
  readonly subjects: SubjectIdentifiers;
  readonly signingKeys: Pick<SigningKeys, 'load'>;
  readonly push: Push;
}

/** With the algorithm of the service's ID tokens, which it can check already. */
const algorithmOf = ({ metadata, policy }: Client): string =>
  String({ ...metadata, ...profileMembers(policy.profile, metadata) }['id_token_signed_response_alg'] ?? 'RS256');

/**
 * A Security Event Token: it names its subject in `sub_id` alone and never expires, so that nobody takes it for an ID token.
 * @see RFC 8417, 2.2 and 4; RFC 9493
 */
async function securityEventToken(parts: SecurityEventParts, client: Client, event: ServiceEvent, jti: string): Promise<string> {
  const alg = algorithmOf(client);
  const jwk = (await parts.signingKeys.load()).find((key) => key.alg === alg);
  if (jwk === undefined) throw new TypeError(`no key signs with ${alg}`);
  const sub = client.subjectType === 'pairwise' ? parts.subjects.subjectOf(event.accountId, client) : event.accountId;
  return new SignJWT({
    sub_id: { format: 'iss_sub', iss: parts.issuer, sub },
    toe: Math.floor(event.at / 1000),
    events: { [eventUri(event.type)]: event.members },
  })
    .setProtectedHeader({ typ: 'secevent+jwt', alg, kid: jwk.kid })
    .setIssuer(parts.issuer)
    .setAudience(client.id)
    .setIssuedAt(epochSeconds(parts.clock))
    .setJti(jti)
    .sign(await importJWK(jwk, alg));
}

/** The error code of a refusal, if it is one of the few words it may be. @see RFC 8935, 2.3 */
function errorOf(body: string): string {
  try {
    const { err } = JSON.parse(body) as { err?: unknown };
    return typeof err === 'string' && /^[a-z_]{1,40}$/.test(err) ? err : 'no code';
  } catch {
    return 'no code';
  }
}

/** 202 is received, 400 is a token that this service will not take at any time; all else may pass. @see RFC 8935, 2.2 to 2.4 */
function deliveryOf({ status, body }: PushAnswer): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  if (status === 400) return { outcome: 'refused', reason: `400 ${errorOf(body)}` };
  return { outcome: 'failed', reason: `status ${status}` };
}

/** Pushes events to the address their service registered; it is looked up at each try. @see RFC 8935 */
export function createServiceEventDelivery(parts: SecurityEventParts): Deliver {
  return async (message) => {
    const event = serviceEventOf(message);
    const client = (await parts.clients.find(event.clientId))?.client;
    if (client === undefined) return { outcome: 'failed', reason: 'not registered, or suspended' };
    const address = client.policy.consentEventUri;
    if (address === undefined) return { outcome: 'refused', reason: 'no consent_event_uri' };
    const body = await securityEventToken(parts, client, event, message.key);
    return deliveryOf(await parts.push(address, { contentType: 'application/secevent+jwt', body }));
  };
}
