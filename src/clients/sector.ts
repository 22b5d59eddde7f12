import { z } from 'zod';
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

/**
 * A manager names a sector only after an address that the service is really called at: with another service's sector it would know people by the
 * same subject identifiers. Who has several hosts without one of them in common asks an operator.
 * @throws {DomainError} `client_metadata_invalid`
 */
export function requireOwnSector(members: Members): void {
  const addresses = [...members.redirect_uris, members.jwks_uri, members.backchannel_client_notification_endpoint];
  const hosts = addresses.flatMap((address) => URL.parse(address ?? '')?.hostname || []);
  if (members.sector === undefined || hosts.includes(members.sector)) return;
  throw memberInvalid(
    'sector',
    'expected the host of one of redirect_uris, jwks_uri or the notification endpoint; an operator may name another',
  );
}

const hostOf = (address: string | undefined): string | undefined => URL.parse(address ?? '')?.host || undefined;

/** Where a service stands by its registration: the host of the first redirect URI, or of `client_uri`. */
export const domainOf = ({ redirect_uris: [first], client_uri: page, client_id: id }: Members): string =>
  hostOf(first) ?? hostOf(page) ?? id;
