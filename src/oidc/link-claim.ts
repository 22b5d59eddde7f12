import type { AccountId } from '#src/kernel/identifier.ts';
import { completeLink } from '#src/links/complete-link.ts';
import type { ProviderParts } from './parts.ts';
import { useOfGrant } from './session-grants.ts';

/**
 * A link that the person confirmed in the sign-in of this code stands from now on, and the ID token says so: only who holds the code and its
 * PKCE verifier, the service in the session that began, makes it stand.
 */
export async function linkClaimOf(
  parts: ProviderParts,
  token: { readonly kind?: string; readonly grantId?: string } | undefined,
  who: { readonly accountId: AccountId; readonly clientId: string },
): Promise<Record<string, unknown>> {
  const link = token?.kind === 'AuthorizationCode' ? useOfGrant(token.grantId)?.link : undefined;
  const made = link === undefined ? undefined : await completeLink(parts, link, who);
  if (made === undefined) return {};
  return {
    [parts.linkClaim]: {
      reference: made.reference,
      linked_at: Math.floor(made.linkedAt / 1000),
      ...(made.replaced === undefined ? {} : { replaced: made.replaced }),
    },
  };
}
