import type { Context } from 'koa';
import * as client from 'openid-client';
import { languageOf } from '../language.ts';
import { ownClient } from './own-client.ts';
import type { AreaWorkings } from './parts.ts';
import { keepPending, pendingLifeMs } from './pending-sign-in.ts';

/** A page of the area, as the browser asked for it; nothing that leads elsewhere can be written here. */
function pageWithin({ settings: { path } }: AreaWorkings, { url }: Context): string {
  const isWithin = url === path || url.startsWith(`${path}/`) || url.startsWith(`${path}?`);
  const leadsBack = url.startsWith(`${path}/signed-in`) || url.startsWith(`${path}/signed-out`);
  return isWithin && !leadsBack && !/[\\\s]|\/\//.test(url) ? url : path;
}

/** What a page of the area needs beyond being in it. */
export interface NeededProof {
  readonly acr: string;
  /** What was proven longer ago is proven again. */
  readonly maxAgeSeconds: number;
  /** The page to come back to. */
  readonly returnTo: string;
}

/**
 * Sends the browser to SenID's sign-in. What was proven longer ago than somebody may sit here idle has to be proven again, so that coming back is
 * never easier than staying. For a page that needs more, that is asked.
 */
export async function beginSignIn(area: AreaWorkings, ctx: Context, proof?: NeededProof): Promise<void> {
  const { issuer, settings, clock } = area;
  const pending = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
    returnTo: proof?.returnTo ?? pageWithin(area, ctx),
    until: clock.now() + pendingLifeMs,
  };
  keepPending(area, ctx, pending);
  const url = client.buildAuthorizationUrl(ownClient(area, ctx), {
    redirect_uri: `${issuer}${settings.path}/signed-in`,
    scope: 'openid',
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    max_age: String(proof?.maxAgeSeconds ?? Math.floor(settings.limits.idleMs / 1000)),
    ...(proof === undefined ? {} : { acr_values: proof.acr }),
    ui_locales: languageOf(ctx),
  });
  ctx.set('Cache-Control', 'no-store');
  ctx.status = 303;
  ctx.redirect(url.href);
}
