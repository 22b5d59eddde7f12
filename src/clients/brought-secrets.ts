import type { KeptSecret } from './secrets.ts';

/**
 * What a version that waits changes of the secrets of a service that works. Never a copy of them: it would open again, once approved, what was
 * revoked meanwhile.
 */
export interface BroughtSecrets {
  /** One that was given or made, and those that it takes the place of. */
  readonly given?: { readonly secret: KeptSecret; readonly insteadOf: readonly string[] };
  /** When one ends, and when it was to end; in milliseconds since the epoch. */
  readonly end?: { readonly id: string; readonly was?: number; readonly at: number };
}

/** The secrets that there are now, with what a version brings: those revoked meanwhile stay away, those added meanwhile stay. */
export function withBrought(now: readonly KeptSecret[], { given, end }: BroughtSecrets = {}): readonly KeptSecret[] {
  const kept = given === undefined ? now : [...now.filter(({ id }) => !given.insteadOf.includes(id)), given.secret];
  if (end === undefined) return kept;
  const endOf = ({ expiresAt }: KeptSecret): number =>
    // an end that somebody set meanwhile is never put off
    expiresAt === end.was ? end.at : Math.min(end.at, expiresAt ?? end.at);
  return kept.map((secret) => (secret.id === end.id ? { ...secret, expiresAt: endOf(secret) } : secret));
}

/** What a version brings after another change of it. */
export function broughtAfter(before: BroughtSecrets | undefined, change: BroughtSecrets | undefined): BroughtSecrets | undefined {
  if (change === undefined) return before;
  const [was, end] = [before?.end, change?.end];
  if (was === undefined || end === undefined || was.id !== end.id) return { ...before, ...change };
  // what it is measured by is the end that works, not one that never did
  const { was: _, ...rest } = end;
  return { ...before, ...change, end: { ...rest, ...(was.was === undefined ? {} : { was: was.was }) } };
}
