import { isDeepStrictEqual } from 'node:util';
import type { Change, StoredDocument } from '#src/kernel/store.ts';

const entryKey = /^[A-Za-z0-9_-]{1,512}$/;

/** @throws {TypeError} for the key of a map entry that an engine could take for something else. */
export function requireEntryKeys(entries: object): void {
  for (const key of Object.keys(entries)) if (!entryKey.test(key)) throw new TypeError(`not a map key: ${key}`);
}

/** Whether every declared member is as expected; `undefined` expects it absent. */
export function meets(document: object, expect: object): boolean {
  return Object.entries(expect).every(([member, value]) => isDeepStrictEqual((document as Record<string, unknown>)[member], value));
}

function mergedMap(before: unknown, entries: object): Record<string, unknown> {
  requireEntryKeys(entries);
  return { ...(before as object | undefined), ...entries };
}

/** The document after a change; the id never changes. */
export function applyChange<Doc extends StoredDocument>(document: Doc, change: Change<Doc>): Doc {
  const next: Record<string, unknown> = { ...(document as object), ...(change.set as object | undefined), id: document.id };
  for (const member of change.unset ?? []) delete next[member as string];
  for (const [member, by] of Object.entries(change.increment ?? {})) next[member] = Number(next[member] ?? 0) + Number(by);
  for (const [member, entries] of Object.entries(change.merge ?? {})) next[member] = mergedMap(next[member], entries as object);
  return next as unknown as Doc;
}
