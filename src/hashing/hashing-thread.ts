import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { type Algorithm, hashSync } from '@node-rs/argon2';
import { verifyHash } from './foreign-hashes.ts';
import type { HashingAnswer, HashingJob } from './hashing-threads.ts';

/** Argon2id, 19 MiB, two passes, one lane (OWASP's first choice). */
const parameters = {
  algorithm: 2 satisfies Algorithm.Argon2id as number,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;

/** Lets every other request go first where cores are short. Linux alone tells a thread its number; elsewhere the system shares as it does. */
function yieldToOthers(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), 10);
  } catch {
    // no such place: nothing to be nicer about
  }
}

function answerTo(job: HashingJob): HashingAnswer {
  try {
    return { result: job.kind === 'hash' ? hashSync(job.password, parameters) : verifyHash(job.passwordHash, job.password) };
  } catch (cause) {
    return { failure: cause instanceof Error ? cause.message : 'the hash could not be computed' };
  }
}

yieldToOthers();
parentPort?.on('message', (job: HashingJob) => parentPort?.postMessage(answerTo(job)));
