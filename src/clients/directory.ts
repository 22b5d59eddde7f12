import type { Clock } from '#src/kernel/clock.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Signals } from '#src/kernel/signals.ts';
import type { Store } from '#src/kernel/store.ts';
import type { Client } from './client.ts';
import { type ClientDocument, clients } from './collections.ts';
import type { ClientDirectory, ClientWithSecrets } from './ports.ts';
import { openSecret, secretsOf } from './secrets.ts';

export interface ClientDirectoryParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly signals: Signals;
}

/** What others see of a registration: nothing of its secrets and of who looks after it. */
const clientOf = ({ secret: _, secrets: _s, managers: _m, hands: _h, suspension: _p, ...client }: ClientDocument): Client => client;

/** On every page and phone the name of a service that is only tried says so, first: nobody has read it, and no length of it hides that. */
const asSandbox = (client: Client): Client => ({
  ...client,
  name: { vi: `Thử nghiệm: ${client.name.vi}`, en: `Test: ${client.name.en}` },
});

/** More than a nation has in use at a time; some 4 kB each. */
const mostKept = 20_000;

interface Entry {
  readonly at: number;
  readonly updatedAt: number;
  readonly state: ClientDocument['state'];
  readonly found: ClientWithSecrets | undefined;
}

/** Looks services up through a cache of `maxAgeMs`, dropped at once by a signal. */
export function createClientDirectory({ store, sealing, clock, signals }: ClientDirectoryParts, maxAgeMs = 4000): ClientDirectory {
  const cache = new Map<string, Entry>();
  /** Goes up with every change that is told: what was read before it may be old. */
  let changes = 0;
  signals.listen('client', ({ clientId }) => {
    changes += 1;
    cache.delete(clientId);
  });

  async function load(id: string): Promise<ClientWithSecrets | undefined> {
    // the age of what is found is that of the question: a slow answer is an old one
    const [at, before] = [clock.now(), changes];
    const document = await store.get(clients, id);
    const known = cache.get(id);
    // an unchanged registration keeps its object, so that what was built from it stays valid
    const unchanged =
      document !== undefined &&
      known?.found !== undefined &&
      known.updatedAt === document.updatedAt &&
      known.state === document.state;
    const found = unchanged ? known.found : open(document);
    // put again it is the newest: what was read longest ago makes room
    cache.delete(id);
    if (document === undefined || changes !== before) return found;
    const [oldest] = cache.size < mostKept ? [] : cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(id, { at, updatedAt: document.updatedAt, state: document.state, found });
    return found;
  }

  function open(document: ClientDocument | undefined): ClientWithSecrets | undefined {
    if (document === undefined || document.state === 'suspended') return undefined;
    const client = clientOf(document);
    const secrets = secretsOf(document).map((kept) => ({
      value: openSecret(sealing, document.id, kept),
      expiresAt: kept.expiresAt,
    }));
    return { client: client.stage === 'sandbox' ? asSandbox(client) : client, secrets };
  }

  return {
    async find(id) {
      const known = cache.get(id);
      const age = known === undefined ? undefined : clock.now() - known.at;
      return known !== undefined && age !== undefined && age >= 0 && age < maxAgeMs ? known.found : load(id);
    },
  };
}
