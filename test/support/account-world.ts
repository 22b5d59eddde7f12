import { policyAt } from '#config/policy.ts';
import { createAccountDirectory } from '#src/accounts/directory.ts';
import { type ImportOptions, readPerson } from '#src/accounts/import-person.ts';
import { createKeyboardAuthentication } from '#src/accounts/keyboard-authentication.ts';
import { openAccount } from '#src/accounts/open-account.ts';
import type { Caller } from '#src/accounts/ports.ts';
import { createThrottle } from '#src/accounts/throttle.ts';
import { createLineDocuments } from '#src/documents/import-documents.ts';
import { createPasswordHashing, type PasswordHashing } from '#src/hashing/password-hashing.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { systemRandom } from '#src/kernel/random.ts';
import { allCollections } from '#src/storage/collections.ts';
import { createSealing } from '#src/storage/sealing-aes.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { TestClock } from './test-clock.ts';

export const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hồng 2026',
  evidence: { kind: 'in-person', place: 'Công an phường Mẫu', date: '2026-01-15', officer: 'officer-0001' },
} as const;

/** Somebody at a keyboard; addresses of the documentation ranges. */
export const caller = (address = '192.0.2.1', browser?: string): Caller => ({ address, browser });

/** Accounts on a real store with a clock that stands still; `known` lists the browsers that a person has used before. */
export async function openAccountWorld(known: ReadonlySet<string> = new Set()) {
  const clock = new TestClock();
  const store = await openSqliteStore({ path: ':memory:', clock, collections: allCollections });
  const sealing = createSealing([{ id: 'k1', key: Buffer.alloc(32, 7) }]);
  const basics = { store, sealing, clock, random: systemRandom };
  const hashing = createPasswordHashing({ concurrent: 2, waiting: 200 });
  const parts = { ...basics, hashing, lineDocuments: createLineDocuments(basics) };
  const directory = createAccountDirectory(parts);
  const keyboardWith = (replaced: { readonly hashing?: PasswordHashing; readonly store?: typeof store } = {}) => {
    const own = { ...parts, ...replaced };
    return createKeyboardAuthentication({
      ...own,
      directory: createAccountDirectory(own),
      throttle: createThrottle(policyAt(clock.now()).throttle, { ...own, loopbackIsFree: false }),
      wrongEntryAfterMs: () => 0,
      pause: async () => {},
      isKnownBrowser: async (_id, browser) => known.has(browser),
    });
  };
  return {
    ...parts,
    directory,
    keyboardWith,
    async addPerson(line: object, options: Partial<ImportOptions> = {}): Promise<AccountId> {
      return openAccount(parts, await readPerson(line, parts, { defaultEvidence: undefined, hash: true, ...options }));
    },
    close: () => store.close(),
  };
}

export type AccountWorld = Awaited<ReturnType<typeof openAccountWorld>>;
