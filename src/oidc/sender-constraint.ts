import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import type { Context } from 'koa';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type Clock, epochSeconds } from '#src/kernel/clock.ts';
import type { ClientCertificates } from './client-certificate.ts';
import { dpopAlgorithms } from './supported.ts';

export interface SenderParts {
  readonly issuer: string;
  readonly clock: Clock;
  readonly clientCertificates: ClientCertificates;
}

/** A token that may be bound to a key (`jkt`) or a client certificate (`x5t#S256`). */
export interface ConstrainedToken {
  readonly clientId: string;
  readonly jkt?: string | undefined;
  readonly 'x5t#S256'?: string | undefined;
}

/** How far a proof's time may be from ours. */
const freshSeconds = 300;
const longestId = 256;

interface ReplayDetection {
  readonly ReplayDetection: { unique(issuer: string, jti: string, exp: number): Promise<boolean> };
}

/** The proof's key, when it is a proof of this call with this token. @throws for every other */
async function keyOfProof(
  { issuer, clock }: SenderParts,
  ctx: Context,
  accessToken: string,
): Promise<{ jkt: string; jti: string }> {
  const proof = ctx.get('DPoP');
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { algorithms: [...dpopAlgorithms], typ: 'dpop+jwt' });
  const { iat, jti, htm, htu, ath } = payload;
  const called = URL.parse(String(htu));
  const isThisCall =
    htm === ctx.method && called !== null && `${called.origin}${called.pathname}` === new URL(`${issuer}${ctx.path}`).href;
  const isFresh = typeof iat === 'number' && Math.abs(epochSeconds(clock) - iat) <= freshSeconds;
  const isNamed = typeof jti === 'string' && jti !== '' && jti.length <= longestId;
  if (!isThisCall || !isFresh || !isNamed || ath !== hash('sha256', accessToken, 'base64url'))
    throw new TypeError('not of this call');
  return { jkt: await calculateJwkThumbprint(protectedHeader.jwk as never), jti };
}

async function hasProof(parts: SenderParts, ctx: Context, token: ConstrainedToken, accessToken: string): Promise<boolean> {
  const proven = await keyOfProof(parts, ctx, accessToken).catch(() => undefined);
  if (proven === undefined || proven.jkt !== token.jkt) return false;
  const { ReplayDetection } = ctx.app as unknown as Provider & ReplayDetection;
  return ReplayDetection.unique(token.clientId, `resource ${proven.jti}`, epochSeconds(parts.clock) + 2 * freshSeconds);
}

function showsCertificate({ clientCertificates }: SenderParts, ctx: Context, thumbprint: string): boolean {
  const certificate = clientCertificates.getCertificate(ctx as unknown as KoaContextWithOIDC);
  return certificate !== undefined && hash('sha256', certificate.raw, 'base64url') === thumbprint;
}

/**
 * Whether a call of an interface of ours shows what its token is bound to: a fresh proof of its key for this call, used once, under the scheme
 * `DPoP`, or its client certificate. A token that is bound to nothing comes as a bearer. The protocol's own endpoints leave this to the library.
 * @see RFC 9449, 4.3 and 7.1; RFC 8705, 3
 */
export async function isShownBySender(
  parts: SenderParts,
  ctx: Context,
  token: ConstrainedToken,
  { scheme, accessToken }: { readonly scheme: 'bearer' | 'dpop'; readonly accessToken: string },
): Promise<boolean> {
  const { jkt, 'x5t#S256': thumbprint } = token;
  if ((scheme === 'dpop') !== (jkt !== undefined)) return false;
  if (thumbprint !== undefined && !showsCertificate(parts, ctx, thumbprint)) return false;
  return jkt === undefined || hasProof(parts, ctx, token, accessToken);
}
