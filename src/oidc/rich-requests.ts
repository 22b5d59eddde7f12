import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import {
  type AuthorizationDetail,
  checkTogether,
  type DataRequest,
  dataRequestOf,
  detailsOf,
  detailTypes,
  readDetail,
} from '#src/backchannel/authorization-details.ts';
import type { Client as RegisteredClient } from '#src/clients/client.ts';
import { decisionOn, standingOf } from '#src/consent/standing.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { claimsOf, scopesOf } from '#src/sign-in/authorization-request.ts';
import { paramsOf } from './assess-request.ts';
import { takeClaimsParameter } from './claims-parameter.ts';
import type { ProviderParts } from './parts.ts';
import { requestState } from './request-state.ts';

type Details = readonly Readonly<Record<string, unknown>>[];

const invalid = (message: string): Error => new errors.InvalidAuthorizationDetails(message);

/** A registered purpose, and claims that the service may have at all. */
function checkDataRequest({ policy }: RegisteredClient, { claims, purpose }: DataRequest): void {
  if (!policy.purposes.some(({ id }) => id === purpose)) throw invalid(`purpose: ${purpose} is not registered`);
  const outside = claims.find((name) => !policy.allowedClaims.includes(name));
  if (outside !== undefined) throw invalid(`claims: ${outside} is not among the registration's allowed_claims`);
}

const verifiedPrefix = 'verified_claims.';

/** The claims of a data request as the `claims` parameter would ask for them at userinfo. @see OpenID Connect Core 1.0, 5.5 */
function asClaims({ claims }: DataRequest): Record<string, unknown> {
  const verified = claims.filter((name) => name.startsWith(verifiedPrefix)).map((name) => name.slice(verifiedPrefix.length));
  const plain = claims.filter((name) => !name.startsWith(verifiedPrefix));
  return {
    ...Object.fromEntries(plain.map((name) => [name, { essential: true }])),
    ...(verified.length === 0
      ? {}
      : {
          verified_claims: {
            verification: { trust_framework: null, assurance_level: null, time: null },
            claims: Object.fromEntries(verified.map((name) => [name, { essential: true }])),
          },
        }),
  };
}

/** From here on the request is one for these claims and this purpose, whichever way it came. */
function writeAsRequest(parts: ProviderParts, ctx: KoaContextWithOIDC, detail: DataRequest): void {
  const { params } = ctx.oidc;
  if (params === undefined) return;
  const asked = claimsOf(paramsOf(ctx));
  takeClaimsParameter(parts, ctx, { ...asked, userinfo: { ...asClaims(detail), ...asked?.userinfo } });
  params['purpose'] = detail.purpose;
}

const asksForClaims = (ctx: KoaContextWithOIDC): boolean => {
  const asked = claimsOf(paramsOf(ctx));
  const scopes = [...scopesOf(paramsOf(ctx))].filter((scope) => scope !== 'openid');
  return (
    scopes.length > 0 || [asked?.userinfo, asked?.id_token].some((named) => Object.keys(named ?? {}).some((name) => name !== 'acr'))
  );
};

/** What carries details: a code, a request, a token. */
interface Source {
  readonly rar?: Details;
  readonly accountId?: string;
  readonly clientId?: string;
}

/**
 * Details of a request in words of ours. Each is checked when it comes, shown and signed on the phone, and returned with what became of it.
 * @see RFC 9396
 */
export function createRichRequests(parts: ProviderParts) {
  async function validate(ctx: KoaContextWithOIDC, json: unknown, client: Client): Promise<void> {
    let details: AuthorizationDetail[];
    try {
      const detail = readDetail(json);
      details = detailsOf(paramsOf(ctx)).map(readDetail);
      checkTogether(details, asksForClaims(ctx) && detail.type === 'senid_transaction', parts.clock.now());
      if (detail.type === 'senid_transaction' && ctx.oidc.route !== 'backchannel_authentication')
        throw invalid('a transaction is asked for at the backchannel authentication endpoint');
      if (detail.type !== 'senid_data_request') return;
      const found = await parts.clients.find(client.clientId);
      if (found === undefined) throw invalid('the client is no longer registered');
      checkDataRequest(found.client, detail);
      writeAsRequest(parts, ctx, detail);
    } catch (refusal) {
      if (refusal instanceof DomainError) throw invalid(refusal.detail ?? refusal.code);
      throw refusal;
    }
  }

  /** What stands now of the claims of data requests: what was taken back or has ended is in no answer any more. */
  async function standing(
    ctx: KoaContextWithOIDC,
    details: Details,
    whose: { accountId?: string; clientId?: string },
  ): Promise<Details> {
    const accountId = whose.accountId as AccountId | undefined;
    const isAbout = (detail: Details[number]): boolean => detail['type'] === 'senid_data_request';
    if (accountId === undefined || !details.some(isAbout)) return details;
    const clientId = whose.clientId ?? '';
    const [consent, found, account] = await Promise.all([
      parts.reads.consent(accountId, clientId),
      parts.clients.find(clientId),
      requestState(ctx).account ?? parts.reads.account(accountId),
    ]);
    const decided = account && standingOf(consent, { client: found?.client, account, nowMs: parts.clock.now() });
    const stands = (purpose: unknown, name: string): boolean =>
      decided !== undefined && ['granted', 'informed'].includes(decisionOn(decided, String(purpose), name) ?? '');
    return details.map((detail) =>
      isAbout(detail)
        ? { ...detail, claims: (detail['claims'] as string[]).filter((name) => stands(detail['purpose'], name)) }
        : detail,
    );
  }

  /** What a person agreed to of a data request on the pages. */
  async function agreed(ctx: KoaContextWithOIDC): Promise<Details | undefined> {
    const detail = dataRequestOf(paramsOf(ctx));
    const accountId = ctx.oidc.account?.accountId;
    if (detail === undefined || accountId === undefined) return undefined;
    return standing(ctx, [{ ...detail }], { accountId, clientId: ctx.oidc.client?.clientId ?? '' });
  }

  async function ofSource(ctx: KoaContextWithOIDC, source: Source | undefined): Promise<Details> {
    if (source?.rar === undefined) throw invalid('authorization_details need a person who agrees to them');
    return standing(ctx, source.rar, source);
  }

  return {
    types: Object.fromEntries(Object.keys(detailTypes).map((type) => [type, { validate }])),
    authorizationDetailsForGrantSource: (ctx: KoaContextWithOIDC) => agreed(ctx),
    authorizationDetailsForAccessToken: (ctx: KoaContextWithOIDC, _token: unknown, source: Source | undefined) =>
      ofSource(ctx, source),
    authorizationDetailsForIntrospection: async (ctx: KoaContextWithOIDC, token: Source) =>
      token.rar === undefined ? undefined : standing(ctx, token.rar, token),
  };
}
