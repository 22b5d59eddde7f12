import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { epochSeconds } from '#src/kernel/clock.ts';
import { randomIdentifier } from '#src/kernel/random.ts';
import type { SessionGrant } from './collections.ts';
import type { ProviderParts } from './parts.ts';

/**
 * What one grant of a session and client is for. Purposes never share a grant, because what a person allowed for one says nothing about
 * another; nor do tokens that end with the session and tokens for the time nobody is signed in (`offline`); nor sign-ins before and after
 * everything of the account was ended (`under`, its `validFrom`), or everything of this service and purpose (`endings`, how often). A request
 * that links an account (`link`, its id) has a grant that no other request gets.
 */
export interface GrantUse {
  readonly purpose: string;
  readonly offline: boolean;
  readonly under: number;
  readonly endings: number;
  readonly link?: string | undefined;
}

interface KeptGrant extends Pick<GrantUse, 'purpose' | 'offline'> {
  readonly id: string;
}

/** A session's entry for one client; the library keeps `sid` and the `grantId` of the last request there, we the grants of all. */
interface SessionEntry {
  grantId?: string;
  grants?: readonly KeptGrant[];
}

const isFor = ({ purpose, offline }: GrantUse, kept: KeptGrant): boolean => kept.purpose === purpose && kept.offline === offline;

/** Requests may share it: it says what it was granted under, and linked nothing. */
function isShared({ id }: KeptGrant): boolean {
  const use = useOfGrant(id);
  return use?.under !== undefined && use.link === undefined;
}

function isUnder({ under, endings }: GrantUse, { id }: KeptGrant): boolean {
  const use = useOfGrant(id);
  return use?.under === under && use.endings === endings;
}

const grantsOf = (entry: SessionEntry | undefined): readonly KeptGrant[] => entry?.grants ?? [];

/** What a grant is for, from its id: every code and token names its grant. Grants of a version before don't say `under`. */
export function useOfGrant(
  grantId: string | undefined,
): (Pick<GrantUse, 'purpose' | 'endings' | 'link'> & { readonly under: number | undefined }) | undefined {
  const [purpose, random, under, endings = '0', link] = grantId?.split('.') ?? [];
  if (purpose === undefined || random === undefined) return undefined;
  return {
    purpose: Buffer.from(purpose, 'base64url').toString(),
    under: under === undefined ? undefined : Number(under),
    endings: Number(endings),
    link,
  };
}

/**
 * The session's live grant for this use; its life begins anew when less than half of it is left. Grants that were ended are forgotten; of several
 * live ones (two tabs) none is, so that sign-out finds them all.
 */
export async function findSessionGrant(
  parts: ProviderParts,
  ctx: KoaContextWithOIDC,
  clientId: string,
  use: GrantUse,
): Promise<Grant | undefined> {
  const { session, provider } = ctx.oidc;
  const entry = session?.authorizations?.[clientId] as SessionEntry | undefined;
  let grant: Grant | undefined;
  for (const kept of grantsOf(entry).filter((each) => isFor(use, each))) {
    // of a version before, or of a request that linked: it is not used again, and may still have tokens
    if (!isShared(kept)) continue;
    const found = isUnder(use, kept) ? await provider.Grant.find(kept.id) : undefined;
    if (found === undefined && entry !== undefined) entry.grants = grantsOf(entry).filter(({ id }) => id !== kept.id);
    if (found !== undefined && found.accountId === session?.accountId) grant ??= found;
  }
  if (grant === undefined) return undefined;
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
  { purpose, under, endings, link }: GrantUse,
): Grant =>
  new ctx.oidc.provider.Grant({
    accountId,
    clientId,
    jti: `${Buffer.from(purpose).toString('base64url')}.${randomIdentifier(random, 256)}.${under}.${endings}${link === undefined ? '' : `.${link}`}`,
  } as never);

/** The session keeps the grant, so that its end can be the grant's. */
export function keepInSession({ session }: KoaContextWithOIDC['oidc'], clientId: string, use: GrantUse, id: string): void {
  if (session === undefined) return;
  session.ensureClientContainer(clientId);
  const entry = session.authorizationFor(clientId) as SessionEntry;
  const others = grantsOf(entry).filter((each) => each.id !== id);
  entry.grants = [{ purpose: use.purpose, offline: use.offline, id }, ...others];
}

/** All grants in a session's entries, as they are stored one by one. */
export const sessionGrants = (entries: Readonly<Record<string, unknown>>): SessionGrant[] =>
  Object.entries(entries).flatMap(([clientId, entry]) => grantsOf(entry as SessionEntry).map((kept) => ({ clientId, ...kept })));

/** The entries with the grants that are stored one by one, each where it belongs. */
export function withGrants(entries: Readonly<Record<string, unknown>>, grants: readonly SessionGrant[]): Record<string, unknown> {
  const all: Record<string, unknown> = { ...entries };
  for (const { clientId, ...kept } of grants) {
    const entry = (all[clientId] ?? {}) as SessionEntry;
    if (!grantsOf(entry).some(({ id }) => id === kept.id)) all[clientId] = { ...entry, grants: [...grantsOf(entry), kept] };
  }
  return all;
}
