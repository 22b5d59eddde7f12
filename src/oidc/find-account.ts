import type { AccountClaims, FindAccount, Account as ProviderAccount } from 'oidc-provider';
import type { Account, IdentityLevel } from '#src/accounts/account.ts';
import { lowestLevel, parseAcr } from '#src/assurance/level.ts';
import { isUsable, type TokenFacts, tokenRefusal } from '#src/assurance/token-check.ts';
import { guessIn } from '#src/consent/asked-values.ts';
import { claimsByScope } from '#src/consent/claim-catalogue.ts';
import type { RequestedClaim } from '#src/consent/claim-request.ts';
import type { Guess } from '#src/consent/match-limit.ts';
import { documentsToRead, type ReleaseQuestion, releaseClaims } from '#src/consent/release.ts';
import { standingOf } from '#src/consent/standing.ts';
import { sayVerification } from '#src/consent/verification.ts';
import { releaseVerifiedClaims } from '#src/consent/verified-claims.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { maySignInAt } from '#src/sign-in/sandbox.ts';
import { backchannelSubject } from './backchannel.ts';
import { linkClaimOf } from './link-claim.ts';
import type { ProviderParts } from './parts.ts';
import { requestState } from './request-state.ts';
import { useOfGrant } from './session-grants.ts';
import { simulateUse } from './simulated-outcomes.ts';

/** The members of a code or token that the check at use needs. */
export interface TokenLike {
  readonly iat?: number;
  readonly acr?: string;
  readonly grantId?: string;
  readonly clientId?: string;
  readonly kind?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The acr a code or refresh token holds, or an access token carries as an extra claim. */
export const acrOf = (token: TokenLike | undefined): string | undefined =>
  token?.acr ?? (token?.extra?.['acr'] as string | undefined);

export function factsOf(token: TokenLike): TokenFacts {
  const use = useOfGrant(token.grantId);
  const { clientId } = token;
  return {
    issuedAt: token.iat ?? 0,
    under: use?.under,
    acr: acrOf(token),
    service: use === undefined || clientId === undefined ? undefined : { clientId, purpose: use.purpose, endings: use.endings },
  };
}

/** Whether a person may still use the service that a token belongs to: one in the sandbox may have named them no longer. */
export async function isForThem(
  { clients, idNumberDigest }: Pick<ProviderParts, 'clients' | 'idNumberDigest'>,
  clientId: string | undefined,
  account: Account,
): Promise<boolean> {
  const found = await clients.find(clientId ?? '');
  return found !== undefined && maySignInAt(found.client, account, idNumberDigest);
}

/** A token's level and the account's now, whichever is lower; a token that says none has proven none. */
function identityLevelFor(account: Account, token: TokenLike | undefined): IdentityLevel {
  if (token === undefined) return account.identityLevel;
  const proven = parseAcr(acrOf(token) ?? '') ?? lowestLevel;
  return Math.min(proven.identity, account.identityLevel) as IdentityLevel;
}

type AskedClaim = Pick<RequestedClaim, 'name' | 'guess'>;

/** What a use of claims is about: a scope's and those asked one by one. */
function claimsFor(
  scopes: Readonly<Record<string, readonly string[]>>,
  use: string,
  scope: string,
  claims: Readonly<Record<string, unknown>>,
): AskedClaim[] {
  // an ID token carries only what was asked for it by name; userinfo has the rest (OpenID Connect Core 1.0, 5.4)
  const byScope = use === 'userinfo' ? scope.split(' ').flatMap((name) => scopes[name] ?? []) : [];
  const names = new Set([...byScope, ...Object.keys(claims)]);
  return [...names].map((name) => ({ name, guess: guessIn(claims[name]) }));
}

/**
 * The account behind a session or token, checked anew at every use: an account that is locked, gone, or whose sign-ins were ended since
 * gives undefined, which the library turns into `invalid_grant` or `invalid_token`.
 */
export function createFindAccount(parts: ProviderParts): FindAccount {
  const scopes = claimsByScope(parts.catalogue);

  /** Takes out the answers of comparisons that would be one guess too many. */
  async function limitGuesses(
    released: Record<string, unknown>,
    asked: readonly AskedClaim[],
    use: Omit<Guess, 'claim' | 'value'>,
  ) {
    for (const { name, guess } of asked) {
      if (guess === undefined || parts.catalogue.get(name)?.guess === undefined || !Object.hasOwn(released, name)) continue;
      if (!(await parts.matchLimit.admit({ ...use, claim: name, value: guess }))) delete released[name];
    }
  }

  return async (ctx, id, token) => {
    if (ctx.oidc.route === 'backchannel_authentication') return backchannelSubject(parts, ctx, id);
    const account = await parts.reads.account(id as AccountId);
    if (account === undefined) return undefined;
    const used = token as unknown as TokenLike | undefined;
    const alive = used === undefined ? isUsable(account) : tokenRefusal(account, factsOf(used)) === undefined;
    if (!alive || (used !== undefined && !(await isForThem(parts, used.clientId, account)))) return undefined;
    if (used !== undefined && (await simulateUse(parts, ctx, used.clientId, account))) return undefined;
    requestState(ctx).account = account;

    async function claims(use: string, scope: string, members: object): Promise<AccountClaims> {
      const { verified_claims: verified, ...plain } = members as Readonly<Record<string, unknown>>;
      const asked = claimsFor(scopes, use, scope, plain);
      const clientId = ctx.oidc.client?.clientId ?? '';
      const purpose = useOfGrant(used?.grantId)?.purpose;
      const linked = use === 'id_token' ? await linkClaimOf(parts, used, { accountId: id as AccountId, clientId }) : {};
      const found = asked.length === 0 && verified === undefined ? undefined : await parts.clients.find(clientId);
      if (account === undefined || found === undefined || purpose === undefined) return { ...linked, sub: id };
      const consent = await parts.reads.consent(account.id, clientId);
      const now = parts.clock.now();
      const question: ReleaseQuestion = {
        catalogue: parts.catalogue,
        client: found.client,
        standing: standingOf(consent, { client: found.client, account, nowMs: now }),
        purpose,
        identityLevel: identityLevelFor(account, used),
        person: account.person,
        now,
        digest: parts.valueDigest,
      };
      const documents = await parts.documents(account.id, documentsToRead(question, asked));
      const released = releaseClaims({ ...question, documents }, asked);
      await limitGuesses(released, asked, { accountId: account.id, clientId });
      const verification = sayVerification(parts.verification, account, question.identityLevel, now);
      const verifiedClaims = releaseVerifiedClaims({ ...question, verification }, verified);
      return { ...released, ...linked, ...(verifiedClaims === undefined ? {} : { verified_claims: verifiedClaims }), sub: id };
    }

    return { accountId: id, claims } satisfies ProviderAccount;
  };
}
