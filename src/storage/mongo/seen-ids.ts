/** Remembers ids for at least `forMs` after they were last met, by real time, and forgets them in two steps. */
export class SeenIds {
  readonly #forMs: number;
  #young = new Set<string>();
  #old = new Set<string>();
  #since = performance.now();

  constructor(forMs: number) {
    this.#forMs = forMs;
  }

  /** False when it was here before. */
  add(id: string): boolean {
    if (performance.now() - this.#since > this.#forMs) {
      this.#old = this.#young;
      this.#young = new Set();
      this.#since = performance.now();
    }
    const isNew = !this.#young.has(id) && !this.#old.has(id);
    this.#young.add(id);
    return isNew;
  }
}
