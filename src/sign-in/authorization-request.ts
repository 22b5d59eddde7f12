import { createHash } from 'node:crypto';
import { lowestLevel, parseAcr } from '#src/assurance/level.ts';
import type { AcrRequest, ClientAcrPolicy } from '#src/assurance/required-level.ts';
import type { Client } from '#src/clients/client.ts';
import type { ClaimsParameter } from '#src/consent/claim-request.ts';

/** The parameters of an authorization request after the protocol's own checks. @see OpenID Connect Core 1.0, 3.1.2.1 */
export type AuthorizationParams = Readonly<Record<string, unknown>>;

export const textParam = (params: AuthorizationParams, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const words = (text: string | undefined): string[] => text?.split(' ').filter(Boolean) ?? [];

export const scopesOf = (params: AuthorizationParams): ReadonlySet<string> => new Set(words(textParam(params, 'scope')));
export const promptsOf = (params: AuthorizationParams): ReadonlySet<string> => new Set(words(textParam(params, 'prompt')));

/** The request is to link an account of the service to its person (`links/`). */
/** A request in words of ours for data is looked at item by item each time, also what was decided before. @see RFC 9396 */
export const isDataRequest = (params: AuthorizationParams): boolean => params['authorization_details'] !== undefined;

export const isLinking = (params: AuthorizationParams): boolean => textParam(params, 'link') !== undefined;

/** The `claims` parameter, which the protocol layer has checked to be JSON of the right shape. */
export function claimsOf(params: AuthorizationParams): ClaimsParameter | undefined {
  const text = textParam(params, 'claims');
  return text === undefined ? undefined : (JSON.parse(text) as ClaimsParameter);
}

/** The values an `acr` claim names, and whether it is essential; undefined when it names none. */
function acrClaim(claims: ClaimsParameter | undefined): { values: string[]; essential: boolean } | undefined {
  const member = claims?.id_token?.['acr'];
  if (typeof member !== 'object' || member === null) return undefined;
  const { value, values, essential } = member as { value?: unknown; values?: unknown; essential?: unknown };
  if (value === undefined && values === undefined) return undefined;
  // a list that is none names no value: an essential claim can't be met then, and is not forgotten
  const listed: readonly unknown[] = values === undefined ? [value] : Array.isArray(values) ? values : [];
  return { values: listed.filter((entry): entry is string => typeof entry === 'string'), essential: essential === true };
}

/** An essential acr claim wins over `acr_values`. @see OpenID Connect Core 1.0, 5.5.1.1 */
export function acrRequestOf(params: AuthorizationParams): AcrRequest {
  const claim = acrClaim(claimsOf(params));
  if (claim?.essential) return { essential: claim.values, voluntary: undefined };
  const values = words(textParam(params, 'acr_values'));
  return { essential: undefined, voluntary: values.length > 0 ? values : claim?.values };
}

/** A client's registration as the assurance rules read it. */
export const acrPolicyOf = ({ policy }: Client): ClientAcrPolicy => ({
  minimum: parseAcr(policy.minAcr) ?? lowestLevel,
  allowed: new Set(policy.allowedAcr),
  defaults: policy.defaultAcr,
});

/** base64url SHA-256 over the request's parameters in the order of their names: what an approval is bound to. */
export function requestDigest(params: AuthorizationParams): string {
  const entries = Object.entries(params)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('base64url');
}
