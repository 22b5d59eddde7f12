import { createHash, generateKeyPairSync } from 'node:crypto';
import type { Clock } from '#src/kernel/clock.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import { type SigningKeyDocument, signingKeys } from './collections.ts';
import { type KeyLives, type KeyState, keyStandings } from './key-states.ts';

/** The algorithms that tokens are signed with: RS256 is what a registration that names none gets, ES256 what we prefer. */
export const signingAlgorithms = ['RS256', 'ES256'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** What approval records are signed with: they are read for as long as anybody may doubt a payment, so these keys' public halves stay for good. */
export const recordAlgorithm = 'ES256' satisfies SigningAlgorithm;

export type PrivateJwk = Record<string, unknown> & { readonly kid: string; readonly alg: SigningAlgorithm };

/** A public JWK that approval records verify with. */
export type RecordKey = Readonly<Record<'kty' | 'crv' | 'x' | 'y' | 'kid' | 'alg' | 'use', string>>;

/** What an operator may see of a key. Times are ISO 8601. */
export interface ListedKey {
  readonly kid: string;
  readonly alg: string;
  readonly state: KeyState;
  readonly createdAt: string;
  readonly signsFrom: string;
  /** Null while no other is to take its place. */
  readonly publishedUntil: string | null;
  /** Null while the private half is there. */
  readonly destroyedAt: string | null;
}

export interface SigningKeys {
  /** The private JWKs to publish, of each algorithm the one that signs first; made at first use; all processes on one store get the same. */
  load(): Promise<PrivateJwk[]>;
  list(): Promise<ListedKey[]>;
  /** The public half of every key that ever signed records, or is to. */
  recordKeys(): Promise<RecordKey[]>;
  /**
   * Makes a key for each algorithm that signs when it has been published for long enough; while one waits for that, no other is made. May be
   * cut off and run again, by any number of processes at once. Keys that are published no longer are destroyed, but for the public half of those
   * that signed records.
   * @returns whether it made any
   */
  rotate(): Promise<boolean>;
}

interface SigningKeyParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly lives: KeyLives;
}

/** A new private JWK. */
export function generateSigningKey(alg: SigningAlgorithm): PrivateJwk {
  const { privateKey } =
    alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = privateKey.export({ format: 'jwk' });
  const kid = createHash('sha256')
    .update(JSON.stringify([alg, jwk.n ?? jwk.x, jwk.e ?? jwk.y]))
    .digest('base64url')
    .slice(0, 16);
  return { ...jwk, kid, alg, use: 'sig' };
}

const publicHalf = ({ kty, crv, x, y, kid, alg, use }: PrivateJwk): RecordKey => ({ kty, crv, x, y, kid, alg, use }) as RecordKey;

const rotationOf = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1));
const order: readonly KeyState[] = ['current', 'next', 'retired', 'gone'];
const iso = (ms: number): string => new Date(ms).toISOString();

export function createSigningKeys({ store, sealing, clock, lives }: SigningKeyParts): SigningKeys {
  /** The first process to insert under the name wins; the others read what it made. */
  async function make(alg: SigningAlgorithm, rotation: number, signsFrom: number): Promise<boolean> {
    const id = `${alg}-${rotation}`;
    const jwk = sealing.seal(JSON.stringify(generateSigningKey(alg)), `signing_keys/${id}/jwk`);
    return store.insert(signingKeys, { id, alg, jwk, createdAt: clock.now(), signsFrom });
  }

  const stored = () => store.scan(signingKeys, { limit: 1000 });
  const lastRotation = (documents: readonly SigningKeyDocument[]): number =>
    Math.max(1, ...documents.map(({ id }) => rotationOf(id)));

  /** All that are kept, by where they stand; an algorithm without any gets its first. */
  async function standings() {
    let documents = await stored();
    const present = new Set(documents.map(({ alg }) => alg));
    const missing = signingAlgorithms.filter((alg) => !present.has(alg));
    for (const alg of missing) await make(alg, lastRotation(documents), clock.now());
    if (missing.length > 0) documents = await stored();
    const keys = documents.map((document) => ({
      ...document,
      rotation: rotationOf(document.id),
      signsFrom: document.signsFrom ?? document.createdAt,
    }));
    return keyStandings(keys, clock.now(), lives).sort(
      (one, other) => order.indexOf(one.state) - order.indexOf(other.state) || other.rotation - one.rotation,
    );
  }

  const open = ({ id, jwk }: SigningKeyDocument) => JSON.parse(sealing.open(jwk, `signing_keys/${id}/jwk`)) as PrivateJwk;

  async function destroy(key: SigningKeyDocument): Promise<void> {
    if (key.alg !== recordAlgorithm) await store.remove(signingKeys, key.id);
    else if (key.destroyedAt === undefined) {
      const jwk = sealing.seal(JSON.stringify(publicHalf(open(key))), `signing_keys/${key.id}/jwk`);
      await store.patch(signingKeys, key.id, { destroyedAt: undefined }, { set: { jwk, destroyedAt: clock.now() } });
    }
  }

  return {
    async load() {
      const keys = await standings();
      return keys.filter(({ state, destroyedAt }) => state !== 'gone' && destroyedAt === undefined).map(open);
    },
    async list() {
      const keys = await standings();
      return keys.map((key) => ({
        kid: open(key).kid,
        alg: key.alg,
        state: key.state,
        createdAt: iso(key.createdAt),
        signsFrom: iso(key.signsFrom),
        publishedUntil: key.publishedUntil === undefined ? null : iso(key.publishedUntil),
        destroyedAt: key.destroyedAt === undefined ? null : iso(key.destroyedAt),
      }));
    },
    async recordKeys() {
      return (await standings()).filter(({ alg }) => alg === recordAlgorithm).map((key) => publicHalf(open(key)));
    },
    async rotate() {
      const keys = await standings();
      const last = lastRotation(keys);
      const ofLast = keys.filter(({ rotation }) => rotation === last);
      const isThrough = ofLast.length === signingAlgorithms.length && ofLast.every(({ state }) => state === 'current');
      const rotation = isThrough ? last + 1 : last;
      let made = false;
      for (const alg of signingAlgorithms) {
        if (keys.some((key) => key.alg === alg && key.rotation === rotation)) continue;
        made = (await make(alg, rotation, clock.now() + lives.publishedBeforeMs)) || made;
      }
      for (const key of keys.filter(({ state }) => state === 'gone')) await destroy(key);
      return made;
    },
  };
}
