import { type BackchannelAuthenticationRequest, type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApprovalKind } from '#src/approvals/collections.ts';
import { askPerson } from '#src/backchannel/ask-person.ts';
import { dataRequestOf, transactionOf } from '#src/backchannel/authorization-details.ts';
import { checkBindingMessage } from '#src/backchannel/binding-message.ts';
import { findHinted } from '#src/backchannel/login-hint.ts';
import { queuedPing } from '#src/backchannel/ping.ts';
import type { BackchannelParts, BackchannelRequest } from '#src/backchannel/ports.ts';
import { viewRequest } from '#src/backchannel/view-request.ts';
import { isAskedOfNobody } from '#src/clients/simulation.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import { type AuthorizationParams, textParam } from '#src/sign-in/authorization-request.ts';
import { paramsOf } from './assess-request.ts';
import { profileOf } from './client-profile.ts';
import type { ProviderParts } from './parts.ts';
import { simulateRequest } from './simulated-outcomes.ts';

/** What of a request is kept: everything that is shown or decides what is, and nothing that says whom it hinted at. */
const keptParams = ['scope', 'claims', 'acr_values', 'purpose', 'binding_message', 'authorization_details', 'ui_locales'] as const;

const kept = (params: AuthorizationParams): AuthorizationParams =>
  Object.fromEntries(keptParams.flatMap((name) => (params[name] === undefined ? [] : [[name, params[name]]])));

/** Every claim a request names stands in `params`; what it is about in words of ours decides its kind. */
function kindOf(params: AuthorizationParams): ApprovalKind {
  if (transactionOf(params) !== undefined) return 'transaction';
  return dataRequestOf(params) === undefined ? 'sign-in' : 'data-request';
}

/** Runs a rule of ours where the library expects an error of its own. */
async function translated<Result>(rule: () => Result | Promise<Result>, asError: (message: string) => Error): Promise<Result> {
  try {
    return await rule();
  } catch (refusal) {
    if (refusal instanceof DomainError) throw asError(refusal.detail ?? refusal.code);
    throw refusal;
  }
}

/** How many seconds a request waits for its person. */
export function requestLife({ backchannelPolicy: policy }: BackchannelParts, request: { readonly params?: unknown }): number {
  const asked = Number((request.params as AuthorizationParams | undefined)?.['requested_expiry']);
  return Number.isSafeInteger(asked) && asked > 0 ? Math.min(asked, policy.longestSeconds) : policy.requestSeconds;
}

/**
 * Requests without a browser. Whoever asks learns nothing of whom there is: unknown people, locked ones and those out of reach are answered
 * as all others are, and their requests end like those that are ignored.
 * @see OpenID Connect Client-Initiated Backchannel Authentication Flow 1.0
 */
export function createBackchannel(parts: ProviderParts) {
  /** Stands for nobody, for the same hint the same, so that nothing after it takes another way. */
  const nobody = (hint: string): string => parts.sealing.blindIndex('backchannel-nobody', hint.replace(/[\s.()-]/g, ''));

  const requests = new RateLimiterMemory({
    keyPrefix: 'backchannel',
    points: parts.backchannelPolicy.requestsAMinute,
    duration: 60,
  });

  /** Each request leaves documents behind and may ring a phone. */
  async function takeRequest(ctx: KoaContextWithOIDC): Promise<void> {
    // a new policy may have begun
    requests.points = parts.backchannelPolicy.requestsAMinute;
    try {
      await requests.consume(ctx.oidc.client?.clientId ?? '');
    } catch (full) {
      if (!(full instanceof RateLimiterRes)) throw full;
      ctx.set('Retry-After', String(Math.max(1, Math.ceil(full.msBeforeNext / 1000))));
      throw new errors.OIDCProviderError(429, 'temporarily_unavailable');
    }
  }

  /** Only somebody whom the request could bring to what it needs. */
  async function isReachable(accountId: AccountId, request: BackchannelRequest): Promise<boolean> {
    const viewed = await viewRequest(parts, accountId, request);
    return (
      viewed !== undefined && viewed.account.authenticators.devices > 0 && viewed.assessment.requirement.outcome === 'reachable'
    );
  }

  return {
    async processLoginHint(ctx: KoaContextWithOIDC, hint = '') {
      const found = await parts.clients.find(ctx.oidc.client?.clientId ?? '');
      const lookUp = () => findHinted(parts.accounts, hint, found?.client.policy.loginHints ?? []);
      return (await translated(lookUp, (message) => new errors.InvalidRequest(message)))?.id ?? nobody(hint);
    },
    async processLoginHintToken(): Promise<never> {
      throw new errors.InvalidRequest('login_hint_token is not taken here: use login_hint or id_token_hint');
    },
    async verifyUserCode(_ctx: KoaContextWithOIDC, _account: unknown, userCode: string | undefined) {
      // the phone asks for its own PIN; a code that a service passes on would only teach people to give codes away
      if (userCode !== undefined) throw new errors.InvalidRequest('user_code is not used here: leave it out');
    },
    async validateBindingMessage(ctx: KoaContextWithOIDC, message: string | undefined) {
      const isRequired = paramsOf(ctx)['authorization_details'] === undefined;
      await translated(
        () => checkBindingMessage(message, isRequired),
        (text) => new errors.InvalidBindingMessage(text),
      );
    },
    async validateRequestContext(ctx: KoaContextWithOIDC, context: string | undefined) {
      await takeRequest(ctx);
      // a registration from before it was refused
      if (ctx.oidc.client?.clientAuthMethod === 'none')
        throw new errors.UnauthorizedClient('a client without authentication asks nobody');
      // FAPI-CIBA, 5.2.2: whatever algorithm was registered, or none
      if (profileOf(ctx.oidc.client) === 'fapi-ciba' && ctx.oidc.body?.['request'] === undefined)
        throw new errors.InvalidRequest('this client signs its requests');
      if ((context?.length ?? 0) > 2000) throw new errors.InvalidRequest('request_context is too long');
    },
    async triggerAuthenticationDevice(
      ctx: KoaContextWithOIDC,
      made: BackchannelAuthenticationRequest,
      account: { readonly accountId: string },
      client: Client,
    ) {
      const params = paramsOf(ctx);
      const token = textParam(params, 'client_notification_token');
      const accountId = account.accountId as AccountId;
      const suspensions = (await parts.clients.find(client.clientId))?.client.suspensions;
      const request: BackchannelRequest = {
        kind: kindOf(params),
        clientId: client.clientId,
        params: kept(params),
        requestedAt: parts.clock.now(),
        ...(suspensions === undefined ? {} : { suspensions }),
        ...(token === undefined ? {} : { ping: { authReqId: made.jti, token } }),
      };
      const forced = await simulateRequest(parts, client.clientId);
      await askPerson(parts, {
        authReqId: made.jti,
        accountId,
        isReachable: (await isReachable(accountId, request)) && !isAskedOfNobody(forced),
        request,
        livesMs: requestLife(parts, made) * 1000,
      });
      if (forced === 'access_denied' && request.ping !== undefined)
        await parts.store.commit([queuedPing(parts, client.clientId, request.ping)]);
    },
  };
}

/**
 * Whom a request by the back channel is about, whether or not there is such a person; what there is to them is looked at where a phone is
 * asked. An ID token names its subject as the service knows it.
 */
export async function backchannelSubject({ clients, subjects, random }: ProviderParts, ctx: KoaContextWithOIDC, id: string) {
  const params = paramsOf(ctx);
  let accountId = id;
  if (params['id_token_hint'] !== undefined) {
    const found = await clients.find(ctx.oidc.client?.clientId ?? '');
    const isPairwise = found?.client.subjectType === 'pairwise';
    accountId = (isPairwise ? subjects.accountOf(id, found.client) : id) ?? randomIdentifier(random);
  }
  return { accountId, claims: async () => ({ sub: accountId }) };
}
