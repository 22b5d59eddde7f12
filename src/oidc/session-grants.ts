import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { epochSeconds } from '#src/kernel/clock.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import type { ProviderParts } from './parts.ts';

/**
 * What one grant of a session and client is for. Purposes never share a grant, because what a person allowed for one says nothing about
 * another; nor do tokens that end with the session and tokens for the time nobody is signed in (`offline`); nor sign-ins before and after
 * everything of the account was ended (`under`, its `validFrom`).
 */
export interface GrantUse {
  readonly purpose: string;
  readonly offline: boolean;
  readonly under: number;
}

interface KeptGrant extends Pick<GrantUse, 'purpose' | 'offline'> {
  readonly id: string;
}

/** A session's entry for one client; the library keeps `sid` and the `grantId` of the last request there, we the grants of all. */
interface SessionEntry {
  grantId?: string;
  grants?: readonly KeptGrant[];
}

type Session = NonNullable<KoaContextWithOIDC['oidc']['session']>;

const isFor = ({ purpose, offline }: GrantUse, kept: KeptGrant): boolean => kept.purpose === purpose && kept.offline === offline;

const grantsOf = (entry: SessionEntry | undefined): readonly KeptGrant[] => entry?.grants ?? [];

/** What a grant is for, from its id: every code and token names its grant. Grants of a version before don't say `under`. */
export function useOfGrant(
  grantId: string | undefined,
): { readonly purpose: string; readonly under: number | undefined } | undefined {
  const [purpose, random, under] = grantId?.split('.') ?? [];
  if (purpose === undefined || random === undefined) return undefined;
  return { purpose: Buffer.from(purpose, 'base64url').toString(), under: under === undefined ? undefined : Number(under) };
}

/** The session's live grant for this use; its life begins anew when less than half of it is left. */
export async function findSessionGrant(
  parts: ProviderParts,
  ctx: KoaContextWithOIDC,
  clientId: string,
  use: GrantUse,
): Promise<Grant | undefined> {
  const { session, provider } = ctx.oidc;
  const kept = grantsOf(session?.authorizations?.[clientId] as SessionEntry | undefined).find(
    (each) => isFor(use, each) && useOfGrant(each.id)?.under === use.under,
  );
  const grant = kept && (await provider.Grant.find(kept.id));
  if (grant === undefined || grant.accountId !== session?.accountId) return undefined;
  const left = (grant.exp ?? 0) - epochSeconds(parts.clock);
  if (left > parts.lives.grant / 2) return grant;
  const { accountId, clientId: of, jti, openid, rejected } = grant;
  const renewed = new provider.Grant({
    accountId,
    clientId: of,
    jti,
    ...(openid && { openid }),
    ...(rejected && { rejected }),
  } as never);
  await renewed.save();
  return renewed;
}

/** A new grant whose id says what it is for. */
export const newGrant = (
  { random }: ProviderParts,
  ctx: KoaContextWithOIDC,
  accountId: string,
  clientId: string,
  { purpose, under }: GrantUse,
): Grant =>
  new ctx.oidc.provider.Grant({
    accountId,
    clientId,
    jti: `${Buffer.from(purpose).toString('base64url')}.${randomIdentifier(random, 256)}.${under}`,
  } as never);

/** The session keeps the grant, so that its end can be the grant's; one of a version before may still have tokens and is kept beside it. */
export function keepInSession({ session }: KoaContextWithOIDC['oidc'], clientId: string, use: GrantUse, id: string): void {
  if (session === undefined) return;
  session.ensureClientContainer(clientId);
  const entry = session.authorizationFor(clientId) as SessionEntry;
  const others = grantsOf(entry).filter((each) => !isFor(use, each) || useOfGrant(each.id)?.under === undefined);
  entry.grants = [{ purpose: use.purpose, offline: use.offline, id }, ...others];
}

/** The grants that end with a session, whatever client they are for. */
export const grantsEndingWith = (session: Session): readonly string[] =>
  Object.values((session.authorizations ?? {}) as Record<string, SessionEntry>)
    .flatMap(grantsOf)
    .filter(({ offline }) => !offline)
    .map(({ id }) => id);
