import { createHash, generateKeyPairSync } from 'node:crypto';
import type { Clock } from '#src/kernel/clock.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import { signingKeys } from './collections.ts';

/** The algorithms that tokens are signed with: RS256 is what a registration that names none gets, ES256 what we prefer. */
export const signingAlgorithms = ['RS256', 'ES256'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

export type PrivateJwk = Record<string, unknown> & { readonly kid: string; readonly alg: SigningAlgorithm };

export interface SigningKeys {
  /** Private JWKs, made at first use; all processes on one store get the same. */
  load(): Promise<PrivateJwk[]>;
  /** What an operator may see. */
  list(): Promise<{ kid: string; alg: string; createdAt: string }[]>;
}

interface SigningKeyParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
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

export function createSigningKeys({ store, sealing, clock }: SigningKeyParts): SigningKeys {
  const stored = () => store.scan(signingKeys, { limit: 100 });

  /** The first process to insert under the algorithm's name wins; the others read what it made. */
  async function ensure(alg: SigningAlgorithm): Promise<void> {
    const id = `${alg}-1`;
    const jwk = sealing.seal(JSON.stringify(generateSigningKey(alg)), `signing_keys/${id}/jwk`);
    await store.insert(signingKeys, { id, alg, jwk, createdAt: clock.now() });
  }

  async function load(): Promise<PrivateJwk[]> {
    const present = new Set((await stored()).map(({ alg }) => alg));
    for (const alg of signingAlgorithms) if (!present.has(alg)) await ensure(alg);
    const documents = await stored();
    return documents.map(({ id, jwk }) => JSON.parse(sealing.open(jwk, `signing_keys/${id}/jwk`)) as PrivateJwk);
  }

  return {
    load,
    async list() {
      await load();
      const documents = await stored();
      return documents.map(({ id, alg, jwk, createdAt }) => {
        const { kid } = JSON.parse(sealing.open(jwk, `signing_keys/${id}/jwk`)) as PrivateJwk;
        return { kid, alg, createdAt: new Date(createdAt).toISOString() };
      });
    },
  };
}
