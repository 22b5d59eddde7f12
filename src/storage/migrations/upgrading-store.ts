import {
  type Collection,
  type PatchResult,
  type Store,
  type StoredDocument,
  type Upgrade,
  versionOf,
  type Write,
} from '#src/kernel/store.ts';

type Declared<Doc> = Pick<Collection<Doc & StoredDocument, string>, 'upgrades'>;

/** The document as this version knows it; one of a later version is left as it is. */
export function upgraded<Doc extends StoredDocument>(declared: Declared<Doc>, document: Doc): Doc {
  const from = document.schema ?? 1;
  if (from >= versionOf(declared)) return document;
  let filled = document;
  for (const step of declared.upgrades.slice(from - 1)) filled = { ...(step as Upgrade<Doc>).fill(filled), ...filled };
  return { ...filled, schema: versionOf(declared) };
}

/** What is written whole says its version; what a later version wrote and this one copies keeps that. */
function stamped<Doc extends StoredDocument>(declared: Declared<Doc>, document: Doc): Doc {
  const version = versionOf(declared);
  return version === 1 ? document : { ...document, schema: Math.max(version, document.schema ?? 1) };
}

const stampedWrite = (one: Write): Write =>
  'document' in one ? { ...one, document: stamped(one.collection as unknown as Declared<StoredDocument>, one.document) } : one;

/**
 * The same store for code that knows one version of every document: older ones are upgraded as they are read. A patch changes the members
 * that it names and no others, in a document of any version.
 */
export function upgradeOnRead(store: Store, collections: readonly Declared<never>[]): Store {
  if (collections.every((declared) => versionOf(declared) === 1)) return store;
  const all = <Doc extends StoredDocument>(declared: Declared<Doc>, documents: readonly Doc[]): Doc[] =>
    documents.map((document) => upgraded(declared, document));
  return {
    async get(from, id) {
      const found = await store.get(from, id);
      return found && upgraded(from, found);
    },
    getMany: async (from, ids) => all(from, await store.getMany(from, ids)),
    find: async (from, ...query) => all(from, await store.find(from, ...query)),
    scan: async (from, page) => all(from, await store.scan(from, page)),
    insert: (into, document) => store.insert(into, stamped(into, document)),
    insertMany: (into, documents) =>
      store.insertMany(
        into,
        documents.map((document) => stamped(into, document)),
      ),
    upsert: (into, document) => store.upsert(into, stamped(into, document)),
    async patch<Doc extends StoredDocument>(into: Collection<Doc, string>, ...rest: never[]): Promise<PatchResult<Doc>> {
      const result = await (store.patch as (...given: unknown[]) => Promise<PatchResult<Doc>>)(into, ...rest);
      return 'document' in result ? { ...result, document: upgraded(into, result.document) } : result;
    },
    amend: (into, ...given) => store.amend(into, ...given),
    commit: (writes) => store.commit(writes.map(stampedWrite)),
    remove: (from, id) => store.remove(from, id),
    sweep: (limit) => store.sweep(limit),
    ping: () => store.ping(),
    close: () => store.close(),
  };
}
