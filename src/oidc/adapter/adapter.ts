import type { Adapter, AdapterFactory } from 'oidc-provider';
import { createBackchannelAdapter } from './backchannel-adapter.ts';
import { createClientAdapter } from './client-adapter.ts';
import { createGrantAdapter } from './grant-adapter.ts';
import { createInteractionAdapter } from './interaction-adapter.ts';
import type { AdapterParts } from './parts.ts';
import { createPushedRequestAdapter } from './pushed-request-adapter.ts';
import { createReplayAdapter } from './replay-adapter.ts';
import { createSessionAdapter } from './session-adapter.ts';
import { createTokenAdapter } from './token-adapter.ts';

/** oidc-provider's persistence on the store port: one small adapter for each kind of thing it keeps. */
export function createAdapter(parts: AdapterParts): AdapterFactory {
  const tokenAdapter = createTokenAdapter(parts);
  const byModel: Record<string, Partial<Adapter>> = {
    Session: createSessionAdapter(parts),
    Interaction: createInteractionAdapter(parts),
    Grant: createGrantAdapter(parts),
    Client: createClientAdapter(parts),
    ReplayDetection: createReplayAdapter(parts),
    AuthorizationCode: tokenAdapter,
    AccessToken: tokenAdapter,
    RefreshToken: tokenAdapter,
    ClientCredentials: tokenAdapter,
    PushedAuthorizationRequest: createPushedRequestAdapter(parts, tokenAdapter),
    BackchannelAuthenticationRequest: createBackchannelAdapter(parts, tokenAdapter),
  };
  return (model) => {
    const adapter = byModel[model];
    if (adapter === undefined) throw new TypeError(`nothing is kept of kind ${model}`);
    return adapter as Adapter;
  };
}
