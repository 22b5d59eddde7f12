import type { Collection, IndexOf, StoredDocument } from '#src/kernel/store.ts';

/** One index as MongoDB makes it. The name says everything it holds, so that a changed declaration is another index. */
export interface MongoIndex {
  readonly name: string;
  readonly key: Readonly<Record<string, 1>>;
  readonly partialFilterExpression?: Readonly<Record<string, unknown>>;
  readonly expireAfterSeconds?: number;
}

/** The server deletes by its own clock: a minute late, so that a clock ahead of ours takes away nothing that still counts. */
const ttlGraceSeconds = 60;

/** Deletes what is past its `expiresOn`. */
export const ttlIndex: MongoIndex = {
  name: `ttl: expiresOn + ${ttlGraceSeconds} s`,
  key: { expiresOn: 1 },
  expireAfterSeconds: ttlGraceSeconds,
};

/** An index as it is made for its declaration. @throws {TypeError} for what MongoDB cannot express */
export function declaredIndex(index: string, { on, where }: IndexOf<StoredDocument>): MongoIndex {
  // pages go by the id, so the id follows the value
  const key = { [on]: 1, _id: 1 } as const;
  if (where === undefined) return { name: `${index}: ${on}`, key };
  for (const [member, value] of Object.entries(where))
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw new TypeError(`index ${index}: MongoDB cannot leave documents out of an index by ${member}`);
  return { name: `${index}: ${on} where ${JSON.stringify(where)}`, key, partialFilterExpression: where as Record<string, unknown> };
}

/** The indexes of a collection besides that of its ids, from its declaration and nothing else. */
export const indexesOf = ({ indexes, lifetime }: Collection<StoredDocument, string>): MongoIndex[] => [
  ...Object.entries(indexes as Record<string, IndexOf<StoredDocument>>).map(([index, declared]) => declaredIndex(index, declared)),
  ...(lifetime === 'expires' ? [ttlIndex] : []),
];
