import type { AccessToken, Client, ClientCredentials, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';
import { tokenRefusal } from '#src/assurance/token-check.ts';
import { isOurs } from '#src/clients/client.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { factsOf, isForThem, type TokenLike } from './find-account.ts';
import type { ProviderParts } from './parts.ts';

type Introspected = AccessToken | ClientCredentials | RefreshToken;

/**
 * Who may learn about a token: the confidential client it belongs to, or one of SenID's own services. The account is checked as
 * everywhere a token is used; a refusal reads `active: false`.
 */
export function createIntrospectionPolicy(parts: Pick<ProviderParts, 'clients' | 'reads' | 'idNumberDigest'>) {
  return async (_ctx: KoaContextWithOIDC, client: Client, token: Introspected): Promise<boolean> => {
    if (client.clientAuthMethod === 'none') return false;
    if (token.clientId !== client.clientId) {
      const asking = await parts.clients.find(client.clientId);
      if (asking === undefined || !isOurs(asking.client)) return false;
    }
    const accountId = (token as { accountId?: string }).accountId;
    if (accountId === undefined) return true;
    const account = await parts.reads.account(accountId as AccountId);
    if (account === undefined || tokenRefusal(account, factsOf(token as unknown as TokenLike)) !== undefined) return false;
    return isForThem(parts, token.clientId, account);
  };
}
