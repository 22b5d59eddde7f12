import { z } from 'zod';
import type { Client } from './client.ts';
import { memberInvalid } from './errors.ts';
import type { Members } from './member-shapes.ts';

const hostname = z.hostname();

/** The one host that all redirect URIs name, if any; addresses of native apps name none. */
function redirectHost(uris: readonly string[]): string | undefined {
  const hosts = [...new Set(uris.map((uri) => URL.parse(uri)?.hostname ?? ''))];
  if (hosts.length > 1)
    throw memberInvalid('sector', 'redirect_uris name several hosts, so say which sector the subject identifiers belong to');
  return hosts[0] || undefined;
}

function newSector({ sector: given, redirect_uris: uris, client_id: id }: Members): string {
  if (given !== undefined && !hostname.safeParse(given).success) throw memberInvalid('sector', 'expected a host name');
  // a name that no address has: an identifier that looks like a host must not stand for it
  const sector = given ?? redirectHost(uris) ?? `${id}.invalid`;
  // the library takes sectors as the host of an address
  if (!URL.canParse(`https://${sector}/`)) throw memberInvalid('sector', `needed, because client_id ${id} cannot stand for one`);
  return sector;
}

/** Who shares subject identifiers. Frozen at registration, because another sector is another `sub` for every person. */
export function sectorOf(members: Members, kept: string | undefined): string {
  if (kept === undefined) return newSector(members);
  if (members.sector !== undefined && members.sector !== kept)
    throw memberInvalid('sector', `was frozen at registration as ${kept}; another one needs another client_id`);
  return kept;
}

const backchannelGrant = 'urn:openid:params:grant-type:ciba';
const byKeys = ['private_key_jwt', 'self_signed_tls_client_auth'];

/** Where the keys are that a service proves itself with at every request; somebody else's are of no use to it. */
const keysAddress = ({ jwks, jwks_uri: address, token_endpoint_auth_method: method }: Members): string | undefined =>
  jwks === undefined && byKeys.includes(method) ? address : undefined;

/**
 * The host of every way by which a service comes to know people: the addresses that codes go to, and without a browser the keys. A registered
 * address that is not needed proves nothing: neither one among several, nor keys or a notification endpoint beside which everything else works.
 */
function provenHosts(members: Members): string[] {
  const { grant_types: grants, redirect_uris: uris } = members;
  const ways = [
    ...(grants.includes('authorization_code') ? uris : []),
    ...(grants.includes(backchannelGrant) ? [keysAddress(members)] : []),
  ];
  return ways.map((address) => URL.parse(address ?? '')?.hostname ?? '');
}

/**
 * A manager's service has a sector of its own: `CLIENT_ID.invalid`, or the one host of every way by which it comes to know people. With another
 * service's it would know people by the same subject identifiers. Who shares one asks an operator.
 * @throws {DomainError} `client_metadata_invalid`
 */
export function requireOwnSector(members: Members): void {
  const own = `${members.client_id}.invalid`;
  const sector = members.sector ?? redirectHost(members.redirect_uris) ?? own;
  const hosts = provenHosts(members);
  // names that end so are those of services that have no host
  const isProven = hosts.length > 0 && hosts.every((host) => host === sector) && !sector.endsWith('.invalid');
  if (sector === own || isProven) return;
  throw memberInvalid(
    'sector',
    `${sector} is not the host of all redirect_uris (and of jwks_uri with private_key_jwt, where people are asked without a browser): say ${own}, or ask an operator`,
  );
}

/**
 * The sector stays when a service moves, so a manager moves it to no host but the sector's: a sector that was taken with somebody's address would
 * be kept with another one. @throws {DomainError} `client_metadata_invalid`
 */
export function requireKeptSector(members: Members, { sector, metadata }: Pick<Client, 'sector' | 'metadata'>): void {
  const hostsOf = (some: Members): string => [...new Set(provenHosts(some))].sort().join(' ');
  const before = { ...members, jwks: undefined, jwks_uri: undefined, ...metadata } as Members;
  if (hostsOf(members) !== hostsOf(before)) requireOwnSector({ ...members, sector });
}

const hostOf = (address: string | undefined): string | undefined => URL.parse(address ?? '')?.host || undefined;

/** Where a service stands by its registration: the host of the first redirect URI, or of `client_uri`. */
export const domainOf = ({ redirect_uris: [first], client_uri: page, client_id: id }: Members): string =>
  hostOf(first) ?? hostOf(page) ?? id;
