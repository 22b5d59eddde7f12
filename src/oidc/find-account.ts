import type { AccountClaims, FindAccount, Account as ProviderAccount } from 'oidc-provider';
import type { Account, IdentityLevel } from '#src/accounts/account.ts';
import { parseAcr } from '#src/assurance/level.ts';
import { isUsable, type TokenFacts, tokenRefusal } from '#src/assurance/token-check.ts';
import { claimsByScope } from '#src/consent/claim-catalogue.ts';
import { releaseClaims } from '#src/consent/release.ts';
import { standingOf } from '#src/consent/standing.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { maySignInAt } from '#src/sign-in/sandbox.ts';
import type { ProviderParts } from './parts.ts';
import { requestState } from './request-state.ts';
import { useOfGrant } from './session-grants.ts';

/** The members of a code or token that the check at use needs. */
export interface TokenLike {
  readonly iat?: number;
  readonly clientId?: string;
  readonly acr?: string;
  readonly grantId?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The acr a code or refresh token holds, or an access token carries as an extra claim. */
export const acrOf = (token: TokenLike | undefined): string | undefined =>
  token?.acr ?? (token?.extra?.['acr'] as string | undefined);

export const factsOf = (token: TokenLike): TokenFacts => ({
  issuedAt: token.iat ?? 0,
  under: useOfGrant(token.grantId)?.under,
  acr: acrOf(token),
});

/** Whether a person may still use the service that a token belongs to: one in the sandbox may have named them no longer. */
export async function isForThem(
  { clients, idNumberDigest }: Pick<ProviderParts, 'clients' | 'idNumberDigest'>,
  clientId: string | undefined,
  account: Account,
): Promise<boolean> {
  const found = await clients.find(clientId ?? '');
  return found !== undefined && maySignInAt(found.client, account, idNumberDigest);
}

/** A token's level and the account's now, whichever is lower. */
function identityLevelFor(account: Account, token: TokenLike | undefined): IdentityLevel {
  const acr = acrOf(token);
  const proven = acr === undefined ? undefined : parseAcr(acr);
  return proven !== undefined && proven.identity < account.identityLevel ? proven.identity : account.identityLevel;
}

/** The names that a use of claims is about: a scope's and those asked one by one. */
function namesFor(scopes: Readonly<Record<string, readonly string[]>>, use: string, scope: string, claims: object): Set<string> {
  // an ID token carries only what was asked for it by name; userinfo has the rest (OpenID Connect Core 1.0, 5.4)
  const byScope = use === 'userinfo' ? scope.split(' ').flatMap((name) => scopes[name] ?? []) : [];
  return new Set([...byScope, ...Object.keys(claims)]);
}

/**
 * The account behind a session or token, checked anew at every use: an account that is locked, gone, or whose sign-ins were ended since
 * gives undefined, which the library turns into `invalid_grant` or `invalid_token`.
 */
export function createFindAccount(parts: ProviderParts): FindAccount {
  const scopes = claimsByScope(parts.catalogue);

  return async (ctx, id, token) => {
    const account = await parts.reads.account(id as AccountId);
    if (account === undefined) return undefined;
    const used = token as unknown as TokenLike | undefined;
    const alive = used === undefined ? isUsable(account) : tokenRefusal(account, factsOf(used)) === undefined;
    if (!alive || (used !== undefined && !(await isForThem(parts, used.clientId, account)))) return undefined;
    requestState(ctx).account = account;

    async function claims(use: string, scope: string, asked: object): Promise<AccountClaims> {
      const names = namesFor(scopes, use, scope, asked);
      const clientId = ctx.oidc.client?.clientId ?? '';
      const purpose = useOfGrant(used?.grantId)?.purpose;
      const found = names.size === 0 ? undefined : await parts.clients.find(clientId);
      if (account === undefined || found === undefined || purpose === undefined) return { sub: id };
      const consent = await parts.reads.consent(account.id, clientId);
      const standing = standingOf(consent?.receipts, parts.clock.now());
      const { catalogue } = parts;
      const released = releaseClaims(
        {
          catalogue,
          client: found.client,
          standing,
          purpose,
          identityLevel: identityLevelFor(account, used),
          person: account.person,
        },
        names,
      );
      return { ...released, sub: id };
    }

    return { accountId: id, claims } satisfies ProviderAccount;
  };
}
