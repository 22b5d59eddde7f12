import { clients } from './collections.ts';
import { clientNotFound } from './errors.ts';
import type { MemberChange } from './history.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import { isWaiting, readRecord, versionTag } from './service-record.ts';
import { changesOfVersion } from './shown-registration.ts';

/** What a reviewer looks at before a version works. */
export interface Comparison {
  /** The state that is looked at: an approval that names it lets nothing else through. */
  readonly version: string;
  /** Member by member; every member, where it opens another stage. */
  readonly changes: readonly MemberChange[];
  /** Services that know people by the subject identifiers that this version will: the first twenty. */
  readonly sharesSectorWith: readonly string[];
}

const mostShown = 20;

/** @throws {DomainError} `client_not_found` where no version waits */
export async function compareVersions(parts: Pick<ClientRegistryParts, 'store'>, id: string): Promise<Comparison> {
  const record = await readRecord(parts, id);
  const { live, waiting } = record;
  if (!isWaiting(waiting)) throw clientNotFound(id);
  const { subjectType, sector } = waiting.version;
  const sharing =
    subjectType === 'pairwise' ? await parts.store.find(clients, 'sector', live?.sector ?? sector, { limit: mostShown + 1 }) : [];
  return {
    version: versionTag(record),
    changes: changesOfVersion(live?.stage === waiting.target ? live : undefined, waiting),
    sharesSectorWith: sharing
      .filter((other) => other.id !== id && other.subjectType === 'pairwise')
      .map((other) => other.id)
      .slice(0, mostShown),
  };
}
