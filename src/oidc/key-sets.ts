import type { ClientDirectory } from '#src/clients/ports.ts';
import { keyFault } from '#src/clients/profiles.ts';
import type { Clock } from '#src/kernel/clock.ts';

/** Public keys of a client. @see RFC 7517, 5 */
export interface KeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** Reads what is at an address that a client registered. @throws when there is no answer that counts */
export type FetchText = (address: string) => Promise<string>;

/** Where keys are fetched from, and for how long they are believed. */
export interface KeySets {
  /** The keys at an address, at most `keySetLives.freshMs` old while it answers; none when it has not answered for too long. */
  at(address: string, isStrict: boolean): Promise<KeySet>;
}

export const keySetLives = {
  /** With the time of an answer below five seconds: when a new key works everywhere, and a removed one nowhere. */
  freshMs: 4000,
  /** How long the last good keys go on while an address does not answer. */
  lastGoodMs: 10 * 60_000,
  /** An address that fails is asked again after as long, twice as long each time, up to `mostBackOffMs`. */
  backOffMs: 2000,
  mostBackOffMs: 16_000,
} as const;

const mostKeys = 50;
const none: KeySet = { keys: [] };
const privateParts = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keys that count at a time: a registered one may say its end as `exp`, in seconds since the epoch. The same object while nothing ended. */
export function liveKeys(set: KeySet, now: number): KeySet {
  const live = set.keys.filter(({ exp }) => typeof exp !== 'number' || now < exp * 1000);
  if (live.length === set.keys.length) return set;
  const name = live.map((key) => set.keys.indexOf(key)).join(' ');
  const known = subsets.get(set) ?? new Map<string, KeySet>();
  subsets.set(set, known);
  const subset = known.get(name) ?? { keys: live };
  known.set(name, subset);
  return subset;
}
const subsets = new WeakMap<KeySet, Map<string, KeySet>>();

/** What is usable of a fetched text. A key that has been given away, or is no public key, does not spoil its neighbours. */
function readKeySet(text: string, isStrict: boolean): KeySet {
  const body: unknown = JSON.parse(text);
  if (!isObject(body) || !Array.isArray(body['keys'])) throw new TypeError('not a JSON Web Key Set');
  const keys = body['keys']
    .slice(0, mostKeys)
    .filter(isObject)
    .filter((key) => !privateParts.some((part) => part in key) && (!isStrict || keyFault(key) === undefined));
  return { keys };
}

interface Known {
  /** When it was asked for last, and the last time there was an answer. */
  readonly askedAt: number;
  readonly goodAt: number | undefined;
  readonly text: string;
  readonly sets: Map<boolean, KeySet>;
  readonly failures: number;
}

/** More addresses than a nation's services have. */
const mostKept = 20_000;

export interface KeySetParts {
  readonly clock: Clock;
  readonly fetchText: FetchText;
  /** Told when an address gave no keys. */
  readonly failed?: (address: string, fault: unknown) => void;
}

/**
 * Keys by address, each asked for once at a time. An unknown `kid` asks nothing: the set is never older than `freshMs`, so that whoever sends
 * made-up signatures makes us ask four times less often than that per process, and less often still where nobody answers.
 */
export function createKeySets({ clock, fetchText, failed = () => undefined }: KeySetParts): KeySets {
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<Known>>();

  const restMs = ({ failures }: Known): number =>
    failures === 0 ? keySetLives.freshMs : Math.min(keySetLives.mostBackOffMs, keySetLives.backOffMs * 2 ** (failures - 1));
  const isFresh = (entry: Known | undefined): entry is Known =>
    entry !== undefined && clock.now() >= entry.askedAt && clock.now() - entry.askedAt < restMs(entry);

  function keep(address: string, entry: Known): Known {
    known.delete(address);
    const [oldest] = known.size < mostKept ? [] : known.keys();
    if (oldest !== undefined) known.delete(oldest);
    known.set(address, entry);
    return entry;
  }

  async function ask(address: string): Promise<Known> {
    const before = known.get(address);
    // as old as the question: a slow answer is an old one
    const askedAt = clock.now();
    try {
      const text = await fetchText(address);
      // an unchanged text keeps its objects, so that what was built from them stays valid
      const sets = before?.text === text ? before.sets : new Map([[false, readKeySet(text, false)]]);
      return keep(address, { askedAt, goodAt: askedAt, text, sets, failures: 0 });
    } catch (fault) {
      failed(address, fault);
      const last = before ?? { goodAt: undefined, text: '', sets: new Map<boolean, KeySet>(), failures: 0 };
      return keep(address, { ...last, askedAt: clock.now(), failures: Math.min(last.failures + 1, 10) });
    }
  }

  function current(address: string): Promise<Known> {
    const entry = known.get(address);
    if (isFresh(entry)) return Promise.resolve(entry);
    const running = asking.get(address);
    if (running !== undefined) return running;
    const question = ask(address).finally(() => asking.delete(address));
    asking.set(address, question);
    return question;
  }

  return {
    async at(address, isStrict) {
      const { goodAt, text, sets } = await current(address);
      if (goodAt === undefined || clock.now() - goodAt > keySetLives.lastGoodMs) return none;
      const set = sets.get(isStrict) ?? readKeySet(text, isStrict);
      sets.set(isStrict, set);
      return liveKeys(set, clock.now());
    },
  };
}

/** The keys that count now of a client, wherever it registered them; none of one that is not there. */
export async function keysOfClient(
  { clients, clock, keySets }: { readonly clients: ClientDirectory; readonly clock: Clock; readonly keySets: KeySets },
  id: string,
): Promise<KeySet> {
  const client = (await clients.find(id))?.client;
  const { jwks, jwks_uri: address } = client?.metadata ?? {};
  if (jwks !== undefined) return liveKeys(jwks as KeySet, clock.now());
  return typeof address === 'string' ? keySets.at(address, client?.policy.profile !== undefined) : none;
}
