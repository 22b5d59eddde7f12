import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { hidePlainValue, hideVerifiedValues } from '#src/consent/asked-values.ts';
import { isObject } from '#src/consent/constraints.ts';
import { parseVerifiedRequest } from '#src/consent/verified-claims-request.ts';
import type { ProviderParts } from './parts.ts';

/** As deep as a request for verified claims goes, and one more. */
const deepest = 14;
const longestName = 200;

function assertStorable(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepest) throw new errors.InvalidRequest('the claims parameter is nested too deeply');
  for (const [name, member] of Object.entries(value)) {
    if (name.length > longestName || name === '__proto__' || /\p{Cc}/u.test(name))
      throw new errors.InvalidRequest('the claims parameter has a name that no claim has');
    assertStorable(member, depth + 1);
  }
}

type ClaimParts = Pick<ProviderParts, 'catalogue' | 'valueDigest'>;

/** The members of one container; verified claims in the form that is kept. */
function checkedMembers({ catalogue, valueDigest }: ClaimParts, container: string, members: object): object {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => {
      if (name === 'verified_claims') {
        const request = parseVerifiedRequest(`claims.${container}.verified_claims`, member);
        if (typeof request === 'string') throw new errors.InvalidRequest(request);
        return [name, hideVerifiedValues(request, valueDigest)];
      }
      if (member !== null && !isObject(member))
        throw new errors.InvalidRequest(`claims.${container} members must be null or objects`);
      return [name, hidePlainValue(catalogue, name, member, valueDigest)];
    }),
  );
}

/**
 * Members are null or objects, as the specification has them; verified claims have rules of their own. The parameter is kept with the code and the
 * tokens that come of it, by engines that know no names with control characters and no endless nesting; nothing that a service may ask for has
 * either.
 * @see OpenID Connect Core 1.0, 5.5.1
 */
function checkClaimsParameter(parts: ClaimParts, claims: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  assertStorable(claims, 0);
  const containers = ['userinfo', 'id_token'].flatMap((name) => {
    const members = claims[name];
    return isObject(members) ? [[name, checkedMembers(parts, name, members)] as const] : [];
  });
  return { ...claims, ...Object.fromEntries(containers) };
}

/**
 * Checks the parameter and writes back what was read: the library takes no arrays where `verified_claims` may be one, so that it is kept as an
 * object which holds its sets, and values that are asked after are kept as digests. Written once it is read the same again (pushed requests
 * are checked twice).
 */
export function takeClaimsParameter(parts: ClaimParts, ctx: KoaContextWithOIDC, claims: object): void {
  const checked = checkClaimsParameter(parts, claims as Readonly<Record<string, unknown>>);
  if (ctx.oidc.params !== undefined) ctx.oidc.params['claims'] = JSON.stringify(checked);
}
