import type { Change, StoredDocument } from '#src/kernel/store.ts';
import { requireEntryKeys } from '../patch-document.ts';
import { dateOf } from './stored-document.ts';

/** MongoDB's update operators. `$set` is always there: an update without any is refused. */
export interface Update {
  readonly $set: Record<string, unknown>;
  readonly $unset?: Record<string, ''>;
  readonly $inc?: Record<string, number>;
}

/** Members and map entries by their paths; undefined goes away, as in JSON. */
type Paths = Map<string, unknown>;

function mergeInto(paths: Paths, member: string, entries: object): void {
  requireEntryKeys(entries);
  // of a member that this change also sets, the new value is merged into: two operators on one path are refused
  if (paths.has(member)) paths.set(member, { ...(paths.get(member) as object | undefined), ...entries });
  else for (const [key, value] of Object.entries(entries)) paths.set(`${member}.${key}`, value);
}

/** A change as one update of MongoDB: the document after it is what `applyChange` of `patch-document.ts` makes. */
export function updateOf(change: Change<StoredDocument>): Update {
  const { id: _never, ...set } = (change.set ?? {}) as Record<string, unknown>;
  const paths: Paths = new Map(Object.entries(set));
  for (const member of change.unset ?? []) paths.set(member, undefined);
  const increments: Record<string, number> = {};
  for (const [member, by] of Object.entries((change.increment ?? {}) as Record<string, number>)) {
    if (member === 'expiresAt') throw new TypeError('expiresAt is set, not counted: its date goes with it');
    if (paths.has(member)) paths.set(member, Number(paths.get(member) ?? 0) + by);
    else increments[member] = by;
  }
  for (const [member, entries] of Object.entries(change.merge ?? {})) mergeInto(paths, member, entries as object);
  if (paths.has('expiresAt')) {
    const expiresAt = paths.get('expiresAt') as number | undefined;
    paths.set('expiresOn', expiresAt === undefined ? undefined : dateOf(expiresAt));
  }
  const all = [...paths];
  const gone = all.filter(([, value]) => value === undefined).map(([path]) => [path, ''] as const);
  return {
    $set: Object.fromEntries(all.filter(([, value]) => value !== undefined)),
    ...(gone.length === 0 ? {} : { $unset: Object.fromEntries(gone) }),
    ...(Object.keys(increments).length === 0 ? {} : { $inc: increments }),
  };
}
