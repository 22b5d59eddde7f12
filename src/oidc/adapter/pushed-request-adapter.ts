import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Sealing } from '#src/kernel/sealing.ts';
import { keyOf } from './token-adapter.ts';

const contextOf = (id: string): string => `pushed/${keyOf(id)}/request`;

/**
 * Pushed requests: a service may name there whom it expects and what it asks after, so they are kept sealed. They are taken up within a minute, and
 * looked at again when their interaction is done.
 */
export const createPushedRequestAdapter = (
  { sealing, lives }: { readonly sealing: Sealing; readonly lives: { readonly interaction: number } },
  tokenAdapter: Adapter,
): Adapter => ({
  ...tokenAdapter,
  upsert: (id, payload, expiresIn) =>
    tokenAdapter.upsert(
      id,
      { ...payload, request: sealing.seal(String(payload['request']), contextOf(id)) },
      (expiresIn ?? 0) + lives.interaction,
    ),
  async find(id) {
    const found = await tokenAdapter.find(id);
    return found && ({ ...found, request: sealing.open(String(found['request']), contextOf(id)) } as AdapterPayload);
  },
});
