import { memberInvalid } from './errors.ts';
import type { Members, SentMembers } from './member-shapes.ts';
import { isLoopbackAddress, isPrivateAddress } from './private-address.ts';

/** What this deployment lets addresses be. */
export interface AddressPolicy {
  readonly isProduction: boolean;
  /** Closed networks, the demo and tests reach private addresses. */
  readonly mayReachPrivate: boolean;
}

/** An address as a refusal names it, which is logged: what stands before its host may be a password. */
const named = (address: string): string => address.replace(/^([a-z][a-z0-9+.-]*:)?.*@/is, '$1…@');

function urlOf(member: string, address: string): URL {
  const url = URL.parse(address);
  if (url === null) throw memberInvalid(member, `${named(address)} is not an absolute URI`);
  return url;
}

/** What nobody reads in two ways, and what stands for itself alone in the policies of our pages. */
const plainHost = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])$/;

/** Why browsers are not sent to an address, or nothing: libraries read such addresses each in its own way. @see RFC 9700, 4.1 */
function redirectFault(address: string, url: URL): string | undefined {
  if (/[^\x21-\x7e]|\\/.test(address)) return 'has a blank, a backslash or a letter that must be encoded';
  if (address.includes('#')) return 'has a fragment';
  if (url.username !== '' || url.password !== '') return 'has a user';
  if (/^https?:$/.test(url.protocol)) return plainHost.test(url.hostname) ? undefined : 'has a host that is no plain name';
  // an app's own scheme is a name of its maker turned around: others are the browser's (RFC 8252, 7.1)
  return url.protocol.includes('.') ? undefined : `${url.protocol} is no scheme of an app: it needs a dot`;
}

/** Codes never travel in the clear. @see RFC 9700, 2.6 */
export function checkRedirects(
  { redirect_uris: uris, post_logout_redirect_uris: afterwards }: Members,
  { isProduction }: AddressPolicy,
): void {
  for (const [member, address] of [
    ...uris.map((uri) => ['redirect_uris', uri] as const),
    ...afterwards.map((uri) => ['post_logout_redirect_uris', uri] as const),
  ]) {
    const url = urlOf(member, address);
    const fault = redirectFault(address, url);
    if (fault !== undefined) throw memberInvalid(member, `${named(address)} ${fault}`);
    if (isProduction && member === 'redirect_uris' && url.protocol === 'http:' && !isLoopbackAddress(url))
      throw memberInvalid(member, `${named(address)} must be https in production`);
  }
}

/** Where the provider itself will call. */
export function checkKeyAddress({ jwks_uri: address }: Members, policy: AddressPolicy): void {
  checkCalled('jwks_uri', address, policy);
}

/** Where it pushes events, and tells that a request was answered. */
export function checkPushAddresses(members: Members, policy: AddressPolicy): void {
  for (const member of ['consent_event_uri', 'backchannel_client_notification_endpoint'] as const) {
    const url = checkCalled(member, members[member], policy);
    if (url === undefined) continue;
    if (!/^https?:$/.test(url.protocol)) throw memberInvalid(member, 'must be a web address');
    if (url.username !== '' || url.hash !== '') throw memberInvalid(member, 'has a user or a fragment');
  }
}

function checkCalled(
  member: string,
  address: string | undefined,
  { isProduction, mayReachPrivate }: AddressPolicy,
): URL | undefined {
  if (address === undefined) return undefined;
  const url = urlOf(member, address);
  if (isProduction && url.protocol !== 'https:') throw memberInvalid(member, 'must be https in production');
  if (!mayReachPrivate && isPrivateAddress(url)) throw memberInvalid(member, `${url.hostname} is a private address`);
  return url;
}

const privateParts = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/** A private key in a registration has been given away; keys are told apart by their `kid`, and may say their end. @see RFC 7517, 4.5 */
export function checkKeys({ jwks }: Members): void {
  const keys = jwks?.keys ?? [];
  const given = keys.findIndex((key) => privateParts.some((part) => key[part] !== undefined));
  if (given >= 0) throw memberInvalid('jwks', `keys.${given} holds a private key; make a new pair and register its public half`);
  const kids = keys.map(({ kid }) => kid).filter((kid) => kid !== undefined);
  const twice = kids.find((kid, at) => kids.indexOf(kid) !== at);
  if (twice !== undefined) throw memberInvalid('jwks', `the kid ${String(twice)} stands twice`);
  const endless = keys.findIndex(({ exp }) => exp !== undefined && !(typeof exp === 'number' && exp > 0));
  if (endless >= 0) throw memberInvalid('jwks', `keys.${endless}.exp: expected seconds since the epoch`);
}

/** The library checks `client_uri` and its kin; their translations are checked here. */
export function checkTranslatedAddresses(sent: SentMembers): void {
  for (const [member, value] of Object.entries(sent)) {
    if (!/^(client|logo|policy|tos)_uri#/.test(member)) continue;
    const url = typeof value === 'string' ? URL.parse(value) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) throw memberInvalid(member, 'must be a web address');
  }
}
