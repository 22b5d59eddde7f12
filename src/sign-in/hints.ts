import type { Sealing } from '#src/kernel/sealing.ts';
import { type AuthorizationParams, textParam } from './authorization-request.ts';
import type { InteractionDocument } from './collections.ts';

/** Parameters by which a service says whom it expects: an ID number, an ID token. @see OpenID Connect Core 1.0, 3.1.2.1 */
const names = ['login_hint', 'id_token_hint'] as const;

const contextOf = (id: string): string => `interactions/${id}/hints`;

/** A request's parameters as they are kept: its hints apart and sealed. `hints` is absent when there are none. */
export function sealHints(
  sealing: Sealing,
  id: string,
  params: AuthorizationParams,
): { readonly params: AuthorizationParams; readonly hints?: string } {
  const given = names.flatMap((name) => {
    const value = textParam(params, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (given.length === 0) return { params };
  const { login_hint: _login, id_token_hint: _token, ...rest } = params;
  return { params: rest, hints: sealing.seal(JSON.stringify(Object.fromEntries(given)), contextOf(id)) };
}

/** The parameters as the service sent them; a version before kept them so. */
export function openHints(sealing: Sealing, { id, payload, hints }: InteractionDocument): AuthorizationParams {
  if (hints === undefined) return payload.params;
  return { ...payload.params, ...(JSON.parse(sealing.open(hints, contextOf(id))) as AuthorizationParams) };
}
