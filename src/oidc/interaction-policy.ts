import { decodeJwt } from 'jose';
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { epochSeconds } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { textParam } from '#src/sign-in/authorization-request.ts';
import { maySignInAt } from '#src/sign-in/sandbox.ts';
import { tokenSays } from '#src/sign-in/token-says.ts';
import { assessRequest, finishedLogin, paramsOf } from './assess-request.ts';
import type { ProviderParts } from './parts.ts';
import { requestState } from './request-state.ts';
import { createSimulationPrompt } from './simulated-outcomes.ts';

const { Check, Prompt, base } = interactionPolicy;
type Context = KoaContextWithOIDC;

/**
 * Puts acr, amr and auth_time of this request on its context. `ctx.oidc.acr` and `.amr` are getters over the session, so an own
 * property on this one context is what code, refresh token and ID tokens carry.
 */
async function applyAssurance(parts: ProviderParts, ctx: Context): Promise<boolean> {
  const assessment = await assessRequest(parts, ctx);
  const facts = assessment?.isEnough ? tokenSays(assessment) : undefined;
  if (facts !== undefined) {
    Object.defineProperty(ctx.oidc, 'acr', { value: facts.acr });
    Object.defineProperty(ctx.oidc, 'amr', { value: facts.amr });
    Object.defineProperty(ctx.oidc.session, 'authTime', { value: () => facts.authTime });
  }
  return Check.NO_NEED_TO_PROMPT;
}

/** `max_age`, measured on the time the token will carry. @see OpenID Connect Core 1.0, 3.1.2.1 */
function isTooOld(parts: ProviderParts, ctx: Context): boolean {
  const maxAge = ctx.oidc.params?.['max_age'];
  const { assessment } = requestState(ctx);
  if (maxAge === undefined || finishedLogin(ctx) !== undefined) return false;
  const facts = assessment === undefined ? undefined : tokenSays(assessment);
  return facts === undefined || epochSeconds(parts.clock) - facts.authTime > Number(maxAge);
}

/** The service is in the sandbox, and the person who is signed in is none of its testers. */
function isNoTester(parts: ProviderParts, ctx: Context): boolean {
  const { account, client } = requestState(ctx);
  return account !== undefined && client !== undefined && !maySignInAt(client, account, parts.idNumberDigest);
}

/** The subject a request names by `id_token_hint` or by a `sub` value is not the one signed in. */
function isAnotherSubject(parts: ProviderParts, ctx: Context, wanted: unknown): boolean {
  const accountId = ctx.oidc.session?.accountId as AccountId | undefined;
  const { client } = requestState(ctx);
  if (accountId === undefined || client === undefined) return true;
  const subject = client.subjectType === 'pairwise' ? parts.subjects.subjectOf(accountId, client) : accountId;
  if (subject === wanted) return false;
  // signed in as somebody else although the service named a person: asking again would never end
  if (finishedLogin(ctx) !== undefined) throw new errors.LoginRequired('the person who signed in is not the one the request names');
  return true;
}

const hintedSubject = (ctx: Context): unknown =>
  (ctx.oidc.entities.IdTokenHint as { payload?: { sub?: unknown } } | undefined)?.payload?.sub;
const claimedSubject = (ctx: Context): unknown =>
  (ctx.oidc.claims.id_token?.['sub'] as { value?: unknown } | null | undefined)?.value;

/** Signing in: nobody is, somebody must again, or more must be proven. The error is what `prompt=none` gets. */
function loginChecks(parts: ProviderParts) {
  const stepUp = (ctx: Context) => requestState(ctx).assessment?.isEnough === false;
  return [
    new Check('no_session', 'nobody is signed in', 'login_required', (ctx: Context) => ctx.oidc.session?.accountId === undefined),
    new Check(
      'account_gone',
      'the account can no longer be used',
      'login_required',
      (ctx: Context) => ctx.oidc.account === undefined,
    ),
    new Check('not_a_tester', 'the service is for its testers only', 'access_denied', (ctx: Context) => isNoTester(parts, ctx)),
    new Check('max_age', 'the sign-in is too old', 'login_required', (ctx: Context) => isTooOld(parts, ctx)),
    new Check('id_token_hint', 'another person is signed in', 'login_required', (ctx: Context) =>
      hintedSubject(ctx) === undefined ? false : isAnotherSubject(parts, ctx, hintedSubject(ctx)),
    ),
    new Check('claims_id_token_sub_value', 'another person is signed in', 'login_required', (ctx: Context) =>
      claimedSubject(ctx) === undefined ? false : isAnotherSubject(parts, ctx, claimedSubject(ctx)),
    ),
    new Check(
      'level_unmet',
      'the level is out of reach',
      'unmet_authentication_requirements',
      (ctx: Context) => requestState(ctx).assessment?.requirement.outcome === 'unmet',
    ),
    new Check(
      'sign_in_over',
      'nothing that was proven counts any more',
      'login_required',
      (ctx: Context) => requestState(ctx).assessment?.reached === undefined && finishedLogin(ctx) === undefined,
    ),
    new Check('step_up', 'more must be proven', 'interaction_required', stepUp),
  ];
}

/**
 * Which page a request needs, in order: assurance first (it prompts nothing, it tells the tokens what to say), then sign-in, then consent.
 * All of it is answered in one interaction.
 */
export function createInteractionPolicy(parts: ProviderParts) {
  const policy = base();
  for (const name of ['login', 'consent'] as const) {
    const kept = policy.get(name)?.checks.get(`${name}_prompt`);
    policy.get(name)?.checks.clear();
    if (kept !== undefined) policy.get(name)?.checks.add(kept);
  }
  for (const check of loginChecks(parts)) policy.get('login')?.checks.add(check);
  const consent = policy.get('consent')?.checks;
  consent?.add(
    new Check(
      'consent_missing',
      'the person has not decided yet',
      'consent_required',
      (ctx: Context) => requestState(ctx).plan?.pageNeeded !== false,
    ),
  );
  policy.add(
    new Prompt(
      { name: 'assurance', requestable: false },
      new Check('assurance', 'never prompts', (ctx: Context) => applyAssurance(parts, ctx)),
    ),
    0,
  );
  policy.add(createSimulationPrompt(parts), 0);
  return policy;
}

/** The scope as the service wrote it: in the request, in a signed one, or in one that was pushed. */
function writtenScope(ctx: Context): string | undefined {
  const raw = (ctx.method === 'POST' ? ctx.oidc.body : ctx.query) as Readonly<Record<string, unknown>> | undefined;
  const pushed = (ctx.oidc.entities.PushedAuthorizationRequest as { readonly request?: string } | undefined)?.request;
  // checked by then: the library takes the parameters from it
  const request = pushed ?? textParam(raw ?? {}, 'request');
  return textParam(request === undefined ? (raw ?? {}) : decodeJwt(request), 'scope');
}

/** Nothing on the phone speaks of the time when nobody is there: asked for by the back channel it is not heard. */
function dropOfflineAccess({ oidc: { params } }: Context): void {
  const scopes = textParam(params ?? {}, 'scope')?.split(' ');
  if (params !== undefined && scopes?.includes('offline_access') === true)
    params['scope'] = scopes.filter((scope) => scope !== 'offline_access').join(' ');
}

/** `offline_access` as asked: the library drops it unless `prompt=consent`, which hardly any client library sends. */
export function restoreOfflineAccess(ctx: Context): void {
  if (ctx.oidc.route === 'backchannel_authentication') return dropOfflineAccess(ctx);
  if (writtenScope(ctx)?.split(' ').includes('offline_access') !== true) return;
  const scope = textParam(paramsOf(ctx), 'scope');
  if (scope === undefined || scope.split(' ').includes('offline_access') || !ctx.oidc.client?.grantTypeAllowed('refresh_token'))
    return;
  // the library has forgotten it before it compared scopes with the registration
  if (ctx.oidc.client.scope?.split(' ').includes('offline_access') === false)
    throw new errors.InvalidScope('requested scope is not allowed', 'offline_access');
  if (ctx.oidc.params) ctx.oidc.params['scope'] = `${scope} offline_access`;
}
