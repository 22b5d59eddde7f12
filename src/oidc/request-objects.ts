import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { type Clock, clockToleranceSeconds, epochSeconds } from '#src/kernel/clock.ts';
import { isStrong, libraryProfile } from './client-profile.ts';
import { isFromTheFuture } from './issue-time.ts';

type Claims = Readonly<Record<string, unknown>>;

/** How old, and how long-lived, a signed request may be, in seconds. */
const longest = 3600;
const types: readonly unknown[] = [undefined, 'JWT', 'oauth-authz-req+jwt', 'application/oauth-authz-req+jwt'];

function requireMembers(claims: Claims, names: readonly string[]): void {
  const missing = names.find((name) => claims[name] === undefined);
  if (missing !== undefined) throw new errors.InvalidRequestObject(`the request object has no '${missing}'`);
}

/** A JWT that was signed for something else, as a client assertion is, would do as a request otherwise. @see RFC 9101, 10.8 */
function requireRequest(claims: Claims, header: Claims): void {
  if (!types.includes(header['typ'])) throw new errors.InvalidRequestObject('the JWT is of another type');
  if (claims['sub'] !== undefined && claims['sub'] === claims['iss'])
    throw new errors.InvalidRequestObject('the request object must not have the client as its subject');
}

function requireShortLife(claims: Claims, now: number): void {
  requireMembers(claims, ['exp', 'nbf', 'aud']);
  const [exp, nbf] = [Number(claims['exp']), Number(claims['nbf'])];
  if (!(exp > nbf && exp - nbf <= longest)) throw new errors.InvalidRequestObject('exp must be at most an hour after nbf');
  if (!(nbf >= now - longest - clockToleranceSeconds)) throw new errors.InvalidRequestObject('nbf is more than an hour ago');
}

async function requireFirstUse({ oidc }: KoaContextWithOIDC, { jti, exp }: Claims): Promise<void> {
  const { ReplayDetection } = oidc.provider as unknown as {
    readonly ReplayDetection: { unique(issuer: string, jti: string, exp: number): Promise<boolean> };
  };
  const isFirst = await ReplayDetection.unique(
    oidc.client?.clientId ?? '',
    `request:${String(jti)}`,
    Number(exp) + clockToleranceSeconds,
  );
  if (!isFirst) throw new errors.InvalidRequestObject('the request object was used before');
}

/**
 * What the library leaves open of signed requests: made by now; under FAPI a beginning within the last hour and an end within an hour of it; by the back
 * channel also used once; and never a JWT that was signed for something else.
 * @see FAPI 2.0 Message Signing, 5.3.1; CIBA Core 1.0, 7.1.1
 */
export function createRequestObjectCheck(clock: Clock) {
  return async (ctx: KoaContextWithOIDC, claims: Claims, header: Claims, client: Client): Promise<void> => {
    // pushed ones were checked when they came; plain parameters stand in a wrapping of the library's
    if (ctx.oidc.entities.PushedAuthorizationRequest !== undefined) return;
    requireRequest(claims, header);
    if (!isStrong(header['alg'], client)) throw new errors.InvalidRequestObject('alg must be PS256, ES256 or EdDSA');
    if (isFromTheFuture(claims, clock)) throw new errors.InvalidRequestObject('iat is in the future');
    const isBackchannel = ctx.oidc.route === 'backchannel_authentication';
    if (isBackchannel) requireMembers(claims, ['iat', 'jti']);
    if (isBackchannel || libraryProfile(ctx, client) !== undefined) requireShortLife(claims, epochSeconds(clock));
    if (isBackchannel) await requireFirstUse(ctx, claims);
  };
}
