import { pingOf } from '#src/backchannel/ping.ts';
import type { ClientDirectory } from '#src/clients/ports.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Deliver } from '#src/outbox/deliver-lane.ts';
import type { Push } from './outgoing-push.ts';

export interface BackchannelPingParts {
  readonly clock: Clock;
  readonly sealing: Sealing;
  readonly clients: ClientDirectory;
  readonly push: Push;
}

/**
 * Calls the service at the address it registered, with the token it gave, naming the request and nothing of its answer. Only a network fault and
 * a fault of the service (5xx) are tried again; no redirect is followed.
 * @see CIBA Core 1.0, 10.2
 */
export function createBackchannelPing(parts: BackchannelPingParts): Deliver {
  return async (message) => {
    const ping = pingOf(parts, message);
    if (ping === undefined) return { outcome: 'refused', reason: 'too late' };
    const address = (await parts.clients.find(message.to))?.client.metadata['backchannel_client_notification_endpoint'];
    if (typeof address !== 'string') return { outcome: 'refused', reason: 'no backchannel_client_notification_endpoint' };
    const { status } = await parts.push(address, {
      contentType: 'application/json',
      body: JSON.stringify({ auth_req_id: ping.authReqId }),
      authorization: `Bearer ${ping.token}`,
    });
    if (status === 200 || status === 204) return { outcome: 'delivered' };
    return { outcome: status >= 500 ? 'failed' : 'refused', reason: `status ${status}` };
  };
}
