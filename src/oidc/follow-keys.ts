import type { PrivateJwk, SigningKeys } from './signing-keys.ts';

export interface KeyFollowing {
  /** The keys to serve with, when they are others or another one signs. */
  readonly changed: (keys: readonly PrivateJwk[]) => void;
  /** The store did not answer: what is known holds until it does. */
  readonly failed: (fault: unknown) => void;
}

/** Every process sees within five seconds what another one made. */
const lookEveryMs = 4000;

const namesOf = (keys: readonly PrivateJwk[]): string => keys.map(({ kid }) => kid).join(' ');

/** Looks after the signing keys while a process serves. @returns the function that stops */
export function followSigningKeys(
  { load }: Pick<SigningKeys, 'load'>,
  served: readonly PrivateJwk[],
  { changed, failed }: KeyFollowing,
): () => void {
  let known = namesOf(served);
  let isLooking = false;

  async function look(): Promise<void> {
    const keys = await load();
    if (namesOf(keys) === known) return;
    // first: what fails here is tried again at the next look
    changed(keys);
    known = namesOf(keys);
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(failed)
      .finally(() => {
        isLooking = false;
      });
  }, lookEveryMs).unref();
  return () => clearInterval(timer);
}
