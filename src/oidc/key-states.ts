/** How long a signing key is published around the time in which it signs, in milliseconds. */
export interface KeyLives {
  /** Before it signs, so that services which keep `/jwks` for a while know it by then. */
  readonly publishedBeforeMs: number;
  /** After another took its place: as long as anybody may show what it signed. */
  readonly publishedAfterMs: number;
}

/** `next` and `retired` are published and don't sign; `gone` is not published any longer. */
export type KeyState = 'next' | 'current' | 'retired' | 'gone';

/** What decides a key's state; its `rotation` counts from 1, and each has one key for each algorithm. */
export interface KeyAge {
  readonly alg: string;
  readonly rotation: number;
  /** Milliseconds since the epoch. */
  readonly signsFrom: number;
}

export interface KeyStanding {
  readonly state: KeyState;
  /** When it is published no longer, in milliseconds since the epoch; undefined while no other is to take its place. */
  readonly publishedUntil: number | undefined;
}

/**
 * Where each key stands: of an algorithm the last one whose time has come signs, or the first where a clock says that none has. A function of
 * the time alone, so that every process comes to the same without being told.
 */
export function keyStandings<Key extends KeyAge>(keys: readonly Key[], now: number, lives: KeyLives): (Key & KeyStanding)[] {
  return keys.map((key) => {
    const own = keys.filter(({ alg }) => alg === key.alg).sort((one, other) => one.rotation - other.rotation);
    const current = own.findLast(({ signsFrom }) => signsFrom <= now) ?? own[0] ?? key;
    const successor = own.find(({ rotation }) => rotation > key.rotation);
    const publishedUntil = successor && successor.signsFrom + lives.publishedAfterMs;
    const isOver = publishedUntil !== undefined && publishedUntil <= now;
    const state =
      key.rotation === current.rotation ? 'current' : key.rotation > current.rotation ? 'next' : isOver ? 'gone' : 'retired';
    return { ...key, state, publishedUntil };
  });
}
