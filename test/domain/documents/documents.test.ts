import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { policyAt } from '#config/policy.ts';
import type { Account } from '#src/accounts/account.ts';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { createAccountDirectory } from '#src/accounts/directory.ts';
import { readPerson } from '#src/accounts/import-person.ts';
import { lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import { openAccount } from '#src/accounts/open-account.ts';
import { cancelDocument } from '#src/documents/cancel-document.ts';
import { documentAsks, documents } from '#src/documents/collections.ts';
import { createDocumentChecks, documentCheckKind } from '#src/documents/document-check.ts';
import { listDocuments, readReleased } from '#src/documents/held-documents.ts';
import type { AgencyAnswer, DocumentCheck, DocumentParts } from '#src/documents/ports.ts';
import { requestDocument } from '#src/documents/request-document.ts';
import { createPasswordHashing } from '#src/hashing/password-hashing.ts';
import { systemRandom } from '#src/kernel/random.ts';
import { dayInVietNam } from '#src/kernel/viet-nam-day.ts';
import { outbox } from '#src/outbox/collections.ts';
import { createDelivery } from '#src/outbox/delivery.ts';
import { allCollections } from '#src/storage/collections.ts';
import { createSealing } from '#src/storage/sealing-aes.ts';
import { lan } from '#test/support/account-world.ts';
import { type Engines, engineNames, openPlace, startEngines } from '#test/support/engines.ts';
import { TestClock } from '#test/support/test-clock.ts';

const day = 86_400_000;
const licence = { type: 'driving_licence', number: '000 190.000-901' };
const record = { full_name: 'Nguyễn Thị Lan', classes: ['B'], issued_on: '2020-05-11' };
const verified: AgencyAnswer = { outcome: 'verified', record };

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
}, 120_000);
afterAll(() => engines.stop());

describe.each(engineNames)('documents of citizens, on %s', (engine) => {
  let clock: TestClock;
  let parts: DocumentParts;
  let account: Account;
  let answer: (check: DocumentCheck) => AgencyAnswer | Promise<AgencyAnswer>;
  let asked: DocumentCheck[];
  const directory = () => createAccountDirectory(parts);
  const accountNow = async (): Promise<Account> => (await directory().get(account.id)) as Account;

  beforeEach(async () => {
    clock = new TestClock(Date.now());
    const store = await openPlace(engines.newPlace(engine), allCollections, clock);
    asked = [];
    answer = () => verified;
    const agencies = {
      isConnected: (name: string) => name !== 'civil-status',
      check: async (_agency: string, check: DocumentCheck) => {
        asked.push(check);
        return answer(check);
      },
    };
    const sealing = createSealing([{ id: 'k1', key: Buffer.alloc(32, 7) }]);
    parts = {
      store,
      clock,
      sealing,
      random: systemRandom,
      agencies,
      policy: { ...policyAt(clock.now()).documents, givenUpAfterMs: 10 * day },
    };
    const hashing = createPasswordHashing({ concurrent: 1, waiting: 10 });
    const { password: _, ...line } = lan;
    const id = await openAccount(parts, await readPerson(line, { clock, hashing }, { defaultEvidence: undefined, hash: true }));
    account = (await directory().get(id)) as Account;
    return () => store.close();
  });

  /** Everything that is due is sent, by a process that has just taken the work over. */
  async function deliver(): Promise<string[]> {
    clock.advance(1000);
    const reasons: string[] = [];
    const { turn, ended } = createDelivery({
      ...parts,
      ways: { [documentCheckKind]: { deliver: createDocumentChecks({ ...parts, accounts: directory() }), lanes: 8 } },
      givenUp: (_message, reason) => reasons.push(reason),
      failed: (fault) => {
        throw fault;
      },
    });
    await turn();
    await ended();
    return reasons;
  }
  const ask = (wanted = licence) => requestDocument(parts, account, wanted, 'self');
  const states = async () => (await listDocuments(parts, account)).map(({ type, state, reason }) => [type, state, reason]);
  const released = async () => Object.fromEntries(await readReleased(parts, account.id, ['driving_licence', 'health_insurance']));
  const events = async () =>
    (await listAccountEvents(parts.store, account.id)).map(({ type, data }) => [
      type,
      data['document'],
      data['state'] ?? data['by'],
    ]);

  it('are asked of their agency, and leave once it says that they are true', async () => {
    expect(await ask()).toMatchObject({ state: 'pending', reason: 'being-checked', number: '000190000901' });
    expect(await released()).toEqual({});
    await deliver();
    expect(asked).toEqual([
      {
        request: expect.stringMatching(/^[\w-]{20,}$/),
        type: 'driving_licence',
        number: '000190000901',
        person: { idNumber: lan.id_number, name: 'Nguyễn Thị Lan', birthdate: lan.birthdate },
      },
    ]);
    expect(await states()).toEqual([['driving_licence', 'verified', undefined]]);
    expect(await released()).toEqual({
      driving_licence: {
        number: '000190000901',
        ...record,
        managing_agency: 'Cục Cảnh sát giao thông',
        verified_at: new Date(clock.now()).toISOString().replace(/\.\d+Z/, 'Z'),
      },
    });
    expect(await events()).toEqual([
      ['document-requested', 'driving_licence', 'self'],
      ['document-checked', 'driving_licence', 'verified'],
    ]);
    clock.advance(1000);
    await deliver();
    expect(asked).toHaveLength(1);
  });

  it('lie sealed in the store, numbers and all, with what waits for the agency', async () => {
    await ask();
    const waiting = JSON.stringify(await parts.store.scan(outbox, { limit: 10 }));
    await deliver();
    const kept = JSON.stringify([
      await parts.store.scan(documents, { limit: 10 }),
      await parts.store.scan(documentAsks, { limit: 10 }),
    ]);
    for (const secret of ['000190000901', 'Nguyễn', lan.id_number, '2020-05-11']) expect(waiting + kept).not.toContain(secret);
  });

  it.each([
    ['mismatch', 'differs'],
    ['not_found', 'unknown'],
  ] as const)('that are answered with %s say why, never leave, and can be asked again', async (outcome, reason) => {
    answer = () => ({ outcome });
    await ask();
    await deliver();
    expect(await states()).toEqual([['driving_licence', outcome, reason]]);
    expect(await released()).toEqual({});
    answer = () => verified;
    clock.advance(1000);
    await ask({ ...licence, number: '000190000902' });
    expect(await states()).toEqual([['driving_licence', 'pending', 'being-checked']]);
    await deliver();
    expect(await released()).toMatchObject({ driving_licence: { number: '000190000902' } });
  });

  it('that are asked for again are used no longer until the agency has said yes once more', async () => {
    await ask();
    await deliver();
    await ask();
    expect(await released()).toEqual({});
  });

  it('end with their last day in Viet Nam, and the holder sees that', async () => {
    const today = dayInVietNam(clock.now());
    answer = () => ({ outcome: 'verified', record: { ...record, expires_on: today } });
    await ask();
    await deliver();
    clock.advance(Date.parse(`${today}T23:59:59+07:00`) - clock.now());
    expect(Object.keys(await released())).toEqual(['driving_licence']);
    clock.advance(1000);
    expect(await released()).toEqual({});
    expect(await states()).toEqual([['driving_licence', 'expired', 'expired']]);
  });

  it('whose agency says "not yet" are asked again later and hold up nobody else', async () => {
    answer = ({ type }) => (type === 'driving_licence' ? { outcome: 'not-yet' } : { outcome: 'not_found' });
    await ask();
    await deliver();
    await ask({ type: 'vehicle_registration', number: '00A1-00101' });
    await deliver();
    expect(await states()).toEqual(
      expect.arrayContaining([
        ['driving_licence', 'pending', 'being-checked'],
        ['vehicle_registration', 'not_found', 'unknown'],
      ]),
    );
    expect(await parts.store.scan(outbox, { limit: 10 })).toMatchObject([{ lastError: 'not yet', state: 'waiting' }]);
    answer = () => verified;
    await deliver();
    expect(asked).toHaveLength(2);
    clock.advance(parts.policy.firstWaitMs);
    await deliver();
    expect(new Set(asked.filter(({ type }) => type === 'driving_licence').map(({ request }) => request)).size).toBe(1);
    expect(Object.keys(await released())).toEqual(['driving_licence']);
  });

  it('whose agency never answers are said to wait for it, and are given up in the end', async () => {
    answer = () => ({ outcome: 'unclear', reason: 'malformed answer' });
    await ask();
    await deliver();
    clock.advance(parts.policy.silentAfterMs);
    expect(await states()).toEqual([['driving_licence', 'pending', 'agency-silent']]);
    clock.advance(parts.policy.givenUpAfterMs);
    expect(await deliver()).toEqual(['malformed answer']);
    expect(await states()).toEqual([['driving_licence', 'pending', 'agency-silent']]);
  });

  it('does not let an answer bring back what was cancelled while the agency looked', async () => {
    await ask();
    answer = async () => {
      await cancelDocument(parts, account, 'driving_licence', 'self');
      clock.advance(1000);
      return verified;
    };
    await deliver();
    expect(await states()).toEqual([]);
    expect(await released()).toEqual({});
    expect((await events()).map(([type]) => type)).toEqual(['document-requested', 'document-cancelled']);
  });

  it('does not let an answer about one number count for another that was asked since', async () => {
    await ask();
    answer = async ({ number }) => {
      if (number === '000190000901') await ask({ ...licence, number: '000190000902' });
      return number === '000190000901' ? verified : { outcome: 'mismatch' };
    };
    await deliver();
    expect(await states()).toEqual([['driving_licence', 'pending', 'being-checked']]);
    await deliver();
    expect(await states()).toEqual([['driving_licence', 'mismatch', 'differs']]);
  });

  it('are cancelled once, at once and with nothing left, also while the account is locked', async () => {
    await ask();
    await deliver();
    await lockAccount(parts, account.id, { ground: 'own-request', by: 'self' });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => cancelDocument(parts, account, 'driving_licence', 'self')),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await released()).toEqual({});
    expect(await parts.store.scan(documents, { limit: 10 })).toEqual([]);
    expect((await events()).filter(([type]) => type === 'document-cancelled')).toHaveLength(1);
    await expect(cancelDocument(parts, account, 'passport', 'self')).rejects.toMatchObject({ code: 'document_not_found' });
  });

  it('does not let numbers be guessed: five askings a day, whatever is cancelled in between or sent at once', async () => {
    answer = () => ({ outcome: 'mismatch' });
    const sent = await Promise.allSettled(
      Array.from({ length: 12 }, (_, at) => ask({ ...licence, number: `0001900009${String(at).padStart(2, '0')}` })),
    );
    expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    await cancelDocument(parts, account, 'driving_licence', 'self');
    await expect(ask()).rejects.toMatchObject({ code: 'document_asked_too_often', retryAfterSeconds: day / 1000 });
    await ask({ type: 'health_insurance', number: '0000000101' });
    clock.advance(day + 1000);
    await ask();
  });

  it('are refused to a level-1 account, a locked one, one that is locked at that moment, without an agency, and by form', async () => {
    await expect(requestDocument(parts, { ...account, identityLevel: 1 }, licence, 'self')).rejects.toMatchObject({
      code: 'document_level_missing',
    });
    await expect(ask({ type: 'marriage_certificate', number: '1/2015' })).rejects.toMatchObject({
      code: 'document_agency_missing',
    });
    await expect(ask({ type: 'passport', number: '1' })).rejects.toMatchObject({ code: 'document_type_unknown' });
    for (const number of ['', '12345678901', '1234567890123', "000190000901' OR 1"])
      await expect(ask({ ...licence, number })).rejects.toMatchObject({ code: 'document_number_invalid' });
    await lockAccount(parts, account.id, { ground: 'own-request', by: 'self' });
    await expect(ask()).rejects.toMatchObject({ code: 'account_locked' });
    await expect(requestDocument(parts, await accountNow(), licence, 'self')).rejects.toMatchObject({ code: 'account_locked' });
    expect(await parts.store.scan(documents, { limit: 10 })).toEqual([]);
    expect(await parts.store.scan(outbox, { limit: 10 })).toEqual([]);
  });

  it('of a locked account are asked about only once it is open again', async () => {
    await ask();
    await lockAccount(parts, account.id, { ground: 'own-request', by: 'self' });
    await deliver();
    expect(asked).toEqual([]);
    await unlockAccount(parts, account.id, 'came by');
    clock.advance(parts.policy.firstWaitMs);
    await deliver();
    expect(await states()).toEqual([['driving_licence', 'verified', undefined]]);
  });
});
