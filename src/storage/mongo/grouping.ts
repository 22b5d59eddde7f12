interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: unknown) => void;
}

/** What became of one item of a group. */
export type Settled<Answer> = { readonly answer: Answer } | { readonly fault: unknown };

/** More than this in one command gains nothing, and makes the first wait for the last. */
const mostInOne = 200;

/** After what is under way in this turn of the event loop and in the next: half the commands of one turn, and alone it waits for nothing. */
const afterTwoTurns = (work: () => void): void => {
  setImmediate(() => setImmediate(work));
};

/**
 * What is asked for in the same two turns of the event loop goes as one command: under load a round trip is shared by many requests, alone it
 * costs one. An item whose key waits already begins a new group, so that nobody shares an answer and the later of two writes is sent later.
 * @param run settles each item of a group, in its order; what it throws is the fault of all
 */
export function inGroups<Item, Answer>(
  keyOf: (item: Item) => string,
  run: (items: readonly Item[]) => Promise<readonly Settled<Answer>[]>,
): (item: Item) => Promise<Answer> {
  let waiting = new Map<string, Waiting<Item, Answer>>();

  async function flush(): Promise<void> {
    const group = [...waiting.values()];
    waiting = new Map();
    if (group.length === 0) return;
    try {
      const settled = await run(group.map(({ item }) => item));
      for (const [at, { resolve, reject }] of group.entries()) {
        const one = settled[at] as Settled<Answer>;
        if ('fault' in one) reject(one.fault);
        else resolve(one.answer);
      }
    } catch (fault) {
      for (const { reject } of group) reject(fault);
    }
  }

  return (item) => {
    const key = keyOf(item);
    if (waiting.has(key) || waiting.size >= mostInOne) void flush();
    return new Promise((resolve, reject) => {
      waiting.set(key, { item, resolve, reject });
      if (waiting.size === 1) afterTwoTurns(() => void flush());
    });
  };
}
