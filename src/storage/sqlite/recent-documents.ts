import type { StoredDocument } from '#src/kernel/store.ts';

interface Recent {
  readonly text: string;
  /** Parsed at the first read. */
  document?: StoredDocument;
}

const mostOfAGeneration = 1000;

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}

/**
 * The documents of one collection that were read or written last, so that a sign-in does not look up and parse the same ones over and over.
 * Kept true by its table: every write passes here, and everything is forgotten when another process wrote or a transaction was undone.
 * A document is given to many readers, so it is frozen.
 */
export class RecentDocuments {
  #young = new Map<string, Recent>();
  #old = new Map<string, Recent>();

  get(id: string): StoredDocument | undefined {
    let recent = this.#young.get(id);
    if (recent === undefined) {
      recent = this.#old.get(id);
      if (recent === undefined) return undefined;
      this.#keep(id, recent);
    }
    recent.document ??= freeze(JSON.parse(recent.text) as StoredDocument);
    return recent.document;
  }

  /** Takes a document's text as it is stored now. */
  put(id: string, text: string): void {
    this.#keep(id, { text });
  }

  delete(id: string): void {
    this.#young.delete(id);
    this.#old.delete(id);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  #keep(id: string, recent: Recent): void {
    if (this.#young.size >= mostOfAGeneration) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, recent);
  }
}
