import type { Collection, IndexOf, Page, StoredDocument } from '#src/kernel/store.ts';

export type Filter = Record<string, unknown>;
type Declared = Pick<Collection<StoredDocument, string>, 'lifetime'>;

/** Absent, or later than now. Only collections that expire pay for the question. */
const living = ({ lifetime }: Declared, now: number): Filter =>
  lifetime === 'expires' ? { expiresAt: { $not: { $lte: now } } } : {};

/** Whether `at` (an aggregation expression) equals a JSON value, deeply: no list is searched, and the order of an object's keys is nothing. */
function equals(at: unknown, value: unknown): object {
  // counted as a member and not there: never equal, like JSON, which keeps no undefined
  if (value === undefined) return { $eq: [{ $type: at }, 'missing'] };
  if (typeof value !== 'object' || value === null) return { $eq: [at, { $literal: value }] };
  if (Array.isArray(value)) {
    const items = value.map((item, n) => equals({ $arrayElemAt: [at, n] }, item));
    return { $cond: [{ $isArray: [at] }, { $and: [{ $eq: [{ $size: at }, items.length] }, ...items] }, false] };
  }
  const members = Object.entries(value).map(([key, member]) =>
    equals({ $getField: { field: { $literal: key }, input: at } }, member),
  );
  const isObject = { $eq: [{ $type: at }, 'object'] };
  return { $cond: [isObject, { $and: [{ $eq: [{ $size: { $objectToArray: at } }, members.length] }, ...members] }, false] };
}

/**
 * A filter that is exactly `meets` of `patch-document.ts`. MongoDB's own equality is not: it also looks into lists, takes null for
 * absent and minds the order of keys.
 */
export function expecting(expect: object): Filter {
  const filter: Filter = {};
  const deep: object[] = [];
  for (const [member, value] of Object.entries(expect)) {
    if (member === 'id') filter['$and'] = [{ _id: value }];
    else if (value === undefined) filter[member] = { $exists: false };
    else if (typeof value === 'object') deep.push(equals(`$${member}`, value));
    else filter[member] = { $eq: value, $not: { $type: 'array' } };
  }
  return deep.length === 0 ? filter : { ...filter, $expr: { $and: deep } };
}

/** One living document, when it is as expected. */
export const oneOf = (declared: Declared, id: string, now: number, expect: object = {}): Filter => ({
  _id: id,
  ...living(declared, now),
  ...expecting(expect),
});

/** A page of living documents that an index names. */
export const indexed = (
  declared: Declared,
  { on, where = {} }: IndexOf<StoredDocument>,
  value: string,
  { after = '' }: Pick<Page, 'after'>,
  now: number,
): Filter => ({ [on]: value, _id: { $gt: after }, ...living(declared, now), ...expecting(where) });

/** A page of all living documents. */
export const everything = (declared: Declared, { after = '' }: Pick<Page, 'after'>, now: number): Filter => ({
  _id: { $gt: after },
  ...living(declared, now),
});
