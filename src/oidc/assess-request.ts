import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '#src/accounts/account.ts';
import { reachHere } from '#src/assurance/reach.ts';
import { parseMethods } from '#src/assurance/session-methods.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { type Assessment, assess } from '#src/sign-in/assess.ts';
import type { AuthorizationParams } from '#src/sign-in/authorization-request.ts';
import { withSimulatedLevel } from '#src/sign-in/simulated-level.ts';
import type { ProviderParts } from './parts.ts';
import { requestState } from './request-state.ts';

/** The request's parameters, as rules read them. */
export const paramsOf = (ctx: KoaContextWithOIDC): AuthorizationParams => (ctx.oidc.params ?? {}) as AuthorizationParams;

/** A finished interaction's sign-in; `counted` are the methods that count for this request alone. */
interface FinishedLogin {
  readonly counted?: readonly string[];
}

export const finishedLogin = (ctx: KoaContextWithOIDC): FinishedLogin | undefined =>
  (ctx.oidc.result as { login?: FinishedLogin } | undefined)?.login;

/** Where the session stands against this request; worked out once per request. */
export async function assessRequest(parts: ProviderParts, ctx: KoaContextWithOIDC): Promise<Assessment | undefined> {
  const state = requestState(ctx);
  if (state.assessment !== undefined) return state.assessment;
  const found = await parts.clients.find(ctx.oidc.client?.clientId ?? '');
  if (found === undefined) return undefined;
  state.client = found.client;
  const account: Account | undefined = ctx.oidc.session?.accountId === undefined ? undefined : state.account;
  const login = finishedLogin(ctx);
  const methods = parseMethods(login?.counted ?? ctx.oidc.session?.amr);
  const assessed = assess({
    client: found.client,
    params: paramsOf(ctx),
    account,
    reach: account && reachHere(account, parts.deviceMethods, { methods }),
    methods,
    now: epochSeconds(parts.clock),
    provenNow: login !== undefined,
  });
  state.assessment = withSimulatedLevel(assessed, { client: found.client, account, now: parts.clock.now() });
  return state.assessment;
}
