import { createIdNumberDigest } from '#src/accounts/directory.ts';
import { createClientDirectory } from '#src/clients/directory.ts';
import type { RegistrationPolicy } from '#src/clients/registration.ts';
import { createClientRegistry } from '#src/clients/registry.ts';
import { claimsByScope, createClaimCatalogue } from '#src/consent/claim-catalogue.ts';
import { systemRandom } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { createClientCertificates } from '#src/oidc/client-certificate.ts';
import { createClientMetadataRules } from '#src/oidc/client-rules.ts';
import { allCollections } from '#src/storage/collections.ts';
import { createSealing } from '#src/storage/sealing-aes.ts';
import { createLocalSignals } from '#src/storage/signals-local.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { TestClock } from './test-clock.ts';

const catalogue = createClaimCatalogue('https://senid.example/claims/');
/** A deployment that takes every kind of client certificate. */
export const allCertificates = {
  ...createClientCertificates({ clientCertHeader: 'client-cert', clientCertAuthorities: undefined }, new TestClock()),
  haveAuthorities: true,
};
const rules = createClientMetadataRules('https://id.example', catalogue, allCertificates);

/** A service as it would be registered by hand. */
export const shop = {
  client_id: 'shop',
  client_name: 'Cửa hàng',
  class: 'private',
  redirect_uris: ['https://shop.example/cb'],
  allowed_claims: ['name', 'email'],
} as const;

/** A registry on a real store and the library's own schema; `policy` bends what the deployment allows. */
export async function openClientWorld(policy: Partial<RegistrationPolicy> = {}) {
  const clock = new TestClock();
  return clientWorldOn(await openSqliteStore({ path: ':memory:', clock, collections: allCollections }), clock, policy);
}

/** The same on a store that is there. */
export function clientWorldOn(store: Store, clock: TestClock, policy: Partial<RegistrationPolicy> = {}) {
  const sealing = createSealing([{ id: 'k1', key: Buffer.alloc(32, 7) }]);
  const parts = { store, sealing, clock, random: systemRandom, signals: createLocalSignals({ random: systemRandom }) };
  const registration = {
    claimNames: [...catalogue.keys()],
    claimsByScope: claimsByScope(catalogue),
    isProduction: false,
    mayReachPrivate: true,
    takesCertificates: true,
    ...policy,
  };
  const registry = createClientRegistry({ ...parts, rules, registration, idNumberDigest: createIdNumberDigest(sealing) });
  return {
    ...parts,
    registry,
    directory: createClientDirectory(parts, 0),
    /** What putting the shop with other members is answered: the detail of the refusal, or nothing. */
    async refusal(more: object): Promise<string | undefined> {
      try {
        await registry.put({ ...shop, ...more });
        return undefined;
      } catch (refused) {
        return (refused as { detail?: string }).detail ?? String(refused);
      }
    },
    close: () => store.close(),
  };
}

export type ClientWorld = ReturnType<typeof clientWorldOn>;
