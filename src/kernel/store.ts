/**
 * The store port: everything SenID keeps goes through this contract, so that one file on a laptop and a sharded cluster
 * behave alike. Engines live in `storage/`; `test/contract/store-contract.ts` is what they must all pass.
 */

/** What every stored document has. `expiresAt` is in milliseconds since the epoch; a document past it does not exist. */
export interface StoredDocument {
  readonly id: string;
  readonly expiresAt?: number | undefined;
  /** The version of its members; absent, it is the first (`Upgrade`). */
  readonly schema?: number | undefined;
}

/** How a write of a collection survives a power cut: `flushed` reaches the disk before the call returns. */
export type Durability = 'flushed' | 'buffered';

/**
 * Whether a restore brings a collection's documents back. `when-asked`: what was used, rotated or ended since the backup would live again.
 * `never`: it is in no backup.
 */
export type Restored = 'always' | 'when-asked' | 'never';

/**
 * A collection, declared once by the folder that owns it and listed in `storage/collections.ts`.
 * A query that no declared index serves does not compile.
 */
export interface Collection<Doc extends StoredDocument, Index extends string = never> {
  readonly name: string;
  readonly lifetime: 'kept' | 'expires';
  readonly durability: Durability;
  readonly indexes: Readonly<Record<Index, IndexOf<Doc>>>;
  /** `always`, unless declared. */
  readonly restored: Restored;
  /** The first makes version 2 of a document that is stored as version 1; none is ever taken away. */
  readonly upgrades: readonly Upgrade<Doc>[];
}

/**
 * How a document becomes one of the next version: members that are there from then on are filled in where they are absent, and nothing else
 * changes, so that the version before can read it too (docs/adr/0011).
 */
export interface Upgrade<Doc> {
  /** The members that `fill` looks at; of a document as it was stored, later ones are absent. */
  readonly reads: readonly (keyof Doc & string)[];
  /** Pure. */
  fill(document: Doc): Partial<Doc>;
}

/** The version that this code writes. */
export const versionOf = ({ upgrades }: { readonly upgrades: readonly unknown[] }): number => 1 + upgrades.length;

/** Documents are found by the text of a member, or by each text of its list; `where` leaves all others out of the index. */
export interface IndexOf<Doc> {
  readonly on: TextMember<Doc>;
  readonly where?: Expectation<Doc>;
}

type TextMember<Doc> = {
  [Member in keyof Doc]-?: NonNullable<Doc[Member]> extends string | readonly string[] ? Member & string : never;
}[keyof Doc];

type Defaulted = 'indexes' | 'restored' | 'upgrades';

/** Declares a collection and lets the compiler infer its index names. */
export function collection<Doc extends StoredDocument>() {
  return <const Index extends string = never>(
    declaration: Omit<Collection<Doc, Index>, Defaulted> & Partial<Pick<Collection<Doc, Index>, Defaulted>>,
  ): Collection<Doc, Index> => ({
    restored: 'always',
    upgrades: [],
    ...declaration,
    indexes: declaration.indexes ?? ({} as Collection<Doc, Index>['indexes']),
  });
}

/** Declared members that must hold for a patch to apply; `undefined` means the member must be absent. */
export type Expectation<Doc> = { readonly [Member in keyof Doc]?: Doc[Member] | undefined };

type MapMembers<Doc> = {
  [Member in keyof Doc as NonNullable<Doc[Member]> extends Readonly<Record<string, unknown>> ? Member : never]: Doc[Member];
};
type NumberMembers<Doc> = {
  [Member in keyof Doc as NonNullable<Doc[Member]> extends number ? Member : never]: Doc[Member];
};

/**
 * What a patch does to one document. `merge` puts entries into map members without touching their neighbours, so that two
 * writers of different entries both win; entry keys use only letters, digits, `-` and `_`.
 */
export interface Change<Doc> {
  readonly set?: Partial<Doc>;
  readonly unset?: readonly (keyof Doc)[];
  readonly increment?: { readonly [Member in keyof NumberMembers<Doc>]?: number };
  readonly merge?: { readonly [Member in keyof MapMembers<Doc>]?: NonNullable<MapMembers<Doc>[Member]> };
}

/** `missing`: no such (live) document. `conflict`: it exists, but the expectation did not hold; `document` is what it is now. */
export type PatchResult<Doc> =
  | { readonly outcome: 'patched'; readonly document: Doc }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'conflict'; readonly document: Doc };

/** One element of a `commit`. `replace` needs the document as it was read: it fails unless the stored one is still equal in `expect`. */
export type Write =
  | { readonly kind: 'insert'; readonly collection: Collection<never, string>; readonly document: StoredDocument }
  | { readonly kind: 'upsert'; readonly collection: Collection<never, string>; readonly document: StoredDocument }
  | {
      readonly kind: 'patch';
      readonly collection: Collection<never, string>;
      readonly id: string;
      readonly expect: object;
      readonly change: object;
    }
  | { readonly kind: 'remove'; readonly collection: Collection<never, string>; readonly id: string };

/** Longer than the clocks of processes that serve may differ: one that is ahead takes nothing that still counts for others. */
export const sweptAfterMs = 60_000;

/** Thrown by `commit` when an insert found its id taken or a patch its expectation broken; nothing was written. */
export class CommitConflict extends Error {
  readonly collection: string;
  readonly documentId: string;
  constructor(collectionName: string, documentId: string) {
    super(`commit refused: ${collectionName}/${documentId} is not as expected`);
    this.name = 'CommitConflict';
    this.collection = collectionName;
    this.documentId = documentId;
  }
}

/** Thrown when the engine cannot answer (closed, disk full, no majority). Callers answer 503. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}

export interface Page {
  /** Only documents whose id sorts after this one. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * One contract, several engines. Every method is one round trip. Reads never give an expired document. A returned document
 * is to be read: it may be frozen, and no change to it reaches anybody else.
 */
export interface Store {
  get<Doc extends StoredDocument>(from: Collection<Doc, string>, id: string): Promise<Doc | undefined>;
  /** In the order of `ids`, without the ones that do not exist. */
  getMany<Doc extends StoredDocument>(from: Collection<Doc, string>, ids: readonly string[]): Promise<Doc[]>;
  /** Documents whose index `index` holds `value`, in the order of their ids. */
  find<Doc extends StoredDocument, Index extends string>(
    from: Collection<Doc, Index>,
    index: NoInfer<Index>,
    value: string,
    page?: Page,
  ): Promise<Doc[]>;
  /** All documents in the order of their ids: for exports and background work, never for a request. */
  scan<Doc extends StoredDocument>(from: Collection<Doc, string>, page: Page): Promise<Doc[]>;
  /** False when a live document with this id exists already; then nothing is written. */
  insert<Doc extends StoredDocument>(into: Collection<Doc, string>, document: NoInfer<Doc>): Promise<boolean>;
  /**
   * Inserts each document whose id is not there; for imports. Not all or nothing: after a fault some may be there and some not.
   * @returns the ids that were there already, untouched
   */
  insertMany<Doc extends StoredDocument>(into: Collection<Doc, string>, documents: readonly NoInfer<Doc>[]): Promise<string[]>;
  /** Last write wins. */
  upsert<Doc extends StoredDocument>(into: Collection<Doc, string>, document: NoInfer<Doc>): Promise<void>;
  /** Compare and set on one document, atomically: of any number of callers expecting the same state, one wins. */
  patch<Doc extends StoredDocument>(
    into: Collection<Doc, string>,
    id: string,
    expect: Expectation<NoInfer<Doc>>,
    change: Change<NoInfer<Doc>>,
  ): Promise<PatchResult<Doc>>;
  /**
   * As `patch`, for who needs no document: what many ask for at the same time may go as one.
   * @returns whether it was there as expected, and is changed
   */
  amend<Doc extends StoredDocument>(
    into: Collection<Doc, string>,
    id: string,
    expect: Expectation<NoInfer<Doc>>,
    change: Change<NoInfer<Doc>>,
  ): Promise<boolean>;
  /** True when there was something to remove. */
  remove<Doc extends StoredDocument>(from: Collection<Doc, string>, id: string): Promise<boolean>;
  /** All or nothing. @throws {CommitConflict} */
  commit(writes: readonly Write[]): Promise<void>;
  /**
   * Deletes what expired `sweptAfterMs` ago and longer, at most `limit` documents of each collection.
   * @returns how many went; fewer than `limit` means that no collection has more
   */
  sweep(limit: number): Promise<number>;
  /** Resolves when the engine can read and write. @throws {StoreUnavailable} */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The store as it was at one moment, however long it is read and whatever is written meanwhile. */
export type StoreSnapshot = Pick<Store, 'scan' | 'close'>;

/** Typed constructors for the elements of a `commit`. */
export const write = {
  insert: <Doc extends StoredDocument>(into: Collection<Doc, string>, document: NoInfer<Doc>): Write => ({
    kind: 'insert',
    collection: into as unknown as Collection<never, string>,
    document,
  }),
  upsert: <Doc extends StoredDocument>(into: Collection<Doc, string>, document: NoInfer<Doc>): Write => ({
    kind: 'upsert',
    collection: into as unknown as Collection<never, string>,
    document,
  }),
  patch: <Doc extends StoredDocument>(
    into: Collection<Doc, string>,
    id: string,
    expect: Expectation<NoInfer<Doc>>,
    change: Change<NoInfer<Doc>>,
  ): Write => ({ kind: 'patch', collection: into as unknown as Collection<never, string>, id, expect, change }),
  remove: <Doc extends StoredDocument>(from: Collection<Doc, string>, id: string): Write => ({
    kind: 'remove',
    collection: from as unknown as Collection<never, string>,
    id,
  }),
};
