import { errors } from 'oidc-provider';

const deepest = 8;
const longestName = 200;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function assertStorable(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepest) throw new errors.InvalidRequest('the claims parameter is nested too deeply');
  for (const [name, member] of Object.entries(value)) {
    if (name.length > longestName || /\p{Cc}/u.test(name))
      throw new errors.InvalidRequest('the claims parameter has a name that no claim has');
    assertStorable(member, depth + 1);
  }
}

/**
 * Members are null or objects, as the specification has them. The parameter is kept with the code and the tokens that come of it, by engines
 * that know no names with control characters and no endless nesting; nothing that a service may ask for has either.
 * @see OpenID Connect Core 1.0, 5.5.1
 */
export function checkClaimsParameter(claims: Readonly<Record<string, unknown>>): void {
  for (const container of ['userinfo', 'id_token']) {
    const members = isObject(claims[container]) ? Object.values(claims[container]) : [];
    if (members.some((member) => member !== null && !isObject(member)))
      throw new errors.InvalidRequest(`claims.${container} members must be null or objects`);
  }
  assertStorable(claims, 0);
}
