import { Worker } from 'node:worker_threads';

export type HashingJob =
  | { readonly kind: 'hash'; readonly password: string }
  | { readonly kind: 'verify'; readonly passwordHash: string; readonly password: string };

export type HashingAnswer = { readonly result: string | boolean } | { readonly failure: string };

/** One thread that does one job at a time. */
class HashingThread {
  readonly #worker = new Worker(new URL('./hashing-thread.ts', import.meta.url));
  #settle: ((answer: HashingAnswer) => void) | undefined;
  #isBroken = false;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: HashingAnswer) => this.#settle?.(answer));
    this.#worker.on('error', ({ message }) => {
      this.#isBroken = true;
      this.#settle?.({ failure: message });
    });
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  async run(job: HashingJob): Promise<string | boolean> {
    // a waiting thread keeps no process alive, a working one does
    this.#worker.ref();
    const answer = await new Promise<HashingAnswer>((resolve) => {
      this.#settle = resolve;
      this.#worker.postMessage(job);
    });
    this.#worker.unref();
    if ('failure' in answer) throw new Error(`hashing failed: ${answer.failure}`);
    return answer.result;
  }
}

export interface HashingThreads {
  run(job: HashingJob): Promise<string | boolean>;
}

/**
 * Threads of their own for hashing, below everybody else's priority: hashes neither hold up the event loop nor fill the pool in which tokens
 * are signed. Started when first needed; the caller sees to it that no more jobs run at once than there are threads.
 */
export function createHashingThreads(): HashingThreads {
  const idle: HashingThread[] = [];
  return {
    async run(job) {
      const thread = idle.pop() ?? new HashingThread();
      try {
        return await thread.run(job);
      } finally {
        if (!thread.isBroken) idle.push(thread);
      }
    },
  };
}
