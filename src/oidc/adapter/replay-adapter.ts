import type { Adapter, AdapterPayload } from 'oidc-provider';
import { replays } from '../collections.ts';
import type { AdapterParts } from './parts.ts';

/** Longer than any client assertion that is accepted. */
const keptForMs = 2 * 3600_000;

/** Used client assertions. The look-up itself is the atomic insert: the library's later write has nothing left to do. */
export function createReplayAdapter({ store, clock }: AdapterParts): Pick<Adapter, 'find' | 'upsert'> {
  return {
    async find(id) {
      const isFirst = await store.insert(replays, { id, expiresAt: clock.now() + keptForMs });
      return isFirst ? undefined : ({ jti: id, kind: 'ReplayDetection' } as AdapterPayload);
    },
    async upsert() {},
  };
}
