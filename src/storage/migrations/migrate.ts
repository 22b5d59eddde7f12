import { type Change, type Collection, type Expectation, type Store, type StoredDocument, versionOf } from '#src/kernel/store.ts';
import { migrations } from './collections.ts';
import { upgraded } from './upgrading-store.ts';

type AnyCollection = Collection<StoredDocument, string>;
type Members = Readonly<Record<string, unknown>>;

export interface MigrationParts {
  /** As it is kept, not upgraded on read. */
  readonly store: Store;
  readonly collections: readonly Collection<never, string>[];
  /** Takes the work for the next page; false when another process has it. */
  readonly hold: () => Promise<boolean>;
  readonly progress: (collection: string, seen: number, changed: number) => void;
}

/** Another process is at it. */
export class MigrationRefused extends Error {
  readonly code = 'migration_under_way';
}

const pageSize = 200;

/** One document, as often as somebody else is faster; false when there was nothing to do. */
async function bring(store: Store, declared: AnyCollection, document: StoredDocument): Promise<boolean> {
  const after = upgraded(declared, document) as unknown as Members;
  const before = document as unknown as Members;
  if (after === before) return false;
  const changed = Object.keys(after).filter((member) => after[member] !== before[member]);
  // what was read is as it was, and what is filled in is still absent
  const expected = new Set([...declared.upgrades.flatMap(({ reads }) => reads as readonly string[]), ...changed]);
  const expect = Object.fromEntries([...expected].map((member) => [member, before[member]])) as Expectation<StoredDocument>;
  const set = Object.fromEntries(changed.map((member) => [member, after[member]]));
  const result = await store.patch(declared, document.id, expect, { set } as Change<StoredDocument>);
  return result.outcome === 'conflict' ? bring(store, declared, result.document) : result.outcome === 'patched';
}

async function migrateCollection({ store, hold, progress }: MigrationParts, declared: AnyCollection): Promise<number> {
  const to = versionOf(declared);
  const id = declared.name;
  const known = await store.get(migrations, id);
  let state = known?.to === to ? known : { id, to, after: '', seen: 0, changed: 0 };
  for (;;) {
    if (!(await hold()))
      throw new MigrationRefused('another process is migrating, or was cut off a moment ago: try again in a minute');
    const page = await store.scan(declared, { after: state.after, limit: pageSize });
    const brought = await Promise.all(page.map((document) => bring(store, declared, document)));
    const changed = state.changed + brought.filter(Boolean).length;
    state = { id, to, after: page.at(-1)?.id ?? state.after, seen: state.seen + page.length, changed };
    progress(id, state.seen, changed);
    if (page.length < pageSize) break;
    await store.upsert(migrations, state);
  }
  await store.remove(migrations, id);
  return state.changed;
}

/**
 * Writes every stored document in the version of this code, page by page, while processes of this version and of the one before serve. Goes on
 * where a run was cut off. A second run changes what the version before has written since, or nothing.
 * @returns how many documents of each collection were changed; only collections that ever had another version
 * @throws {MigrationRefused}
 */
export async function migrate(parts: MigrationParts): Promise<Record<string, number>> {
  const changed: Record<string, number> = {};
  for (const declared of parts.collections as unknown as readonly AnyCollection[])
    if (versionOf(declared) > 1) changed[declared.name] = await migrateCollection(parts, declared);
  return changed;
}
