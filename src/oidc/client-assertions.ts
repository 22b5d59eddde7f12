import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { type Clock, epochSeconds } from '#src/kernel/clock.ts';
import { isStrong, libraryProfile } from './client-profile.ts';
import { isFromTheFuture } from './issue-time.ts';

/** How long an assertion may have left, in seconds: used ones are remembered for two hours. */
const longest = { plain: 3600, fapi: 600 } as const;

type Claims = Readonly<Record<string, unknown>>;

/**
 * What the library leaves open of `private_key_jwt`: a bounded life that has begun, and under FAPI 2.0 the issuer as the only audience, as a string, so that
 * an assertion made for another server, or for many, is of no use here.
 * @see FAPI 2.0 Security Profile, 5.3.2.1, 8 and 13
 */
export function createAssertionCheck(clock: Clock) {
  return async (ctx: KoaContextWithOIDC, claims: Claims, header: Claims, client: Client): Promise<void> => {
    const isFapi = libraryProfile(ctx, client) === '2.0';
    if (!isStrong(header['alg'], client)) throw new errors.InvalidClientAuth('alg must be PS256, ES256 or EdDSA');
    if (isFapi && claims['aud'] !== ctx.oidc.issuer)
      throw new errors.InvalidClientAuth('aud must be the issuer identifier, as a string');
    if (isFromTheFuture(claims, clock)) throw new errors.InvalidClientAuth('iat is in the future');
    const left = Number(claims['exp']) - epochSeconds(clock);
    if (!(left <= longest[isFapi ? 'fapi' : 'plain'])) throw new errors.InvalidClientAuth('the assertion lives too long');
  };
}
