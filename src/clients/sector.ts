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
  const sector = given ?? redirectHost(uris) ?? id;
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

const hostOf = (address: string | undefined): string | undefined => URL.parse(address ?? '')?.host || undefined;

/** What a person compares with the address bar: the host of the first redirect URI, or of `client_uri`. */
export const domainOf = ({ redirect_uris: [first], client_uri: page, client_id: id }: Members): string =>
  hostOf(first) ?? hostOf(page) ?? id;
