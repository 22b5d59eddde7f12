import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { lan } from '#test/support/phone-world.ts';
import { runSenid } from '#test/support/run-senid.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';

const folder = mkdtempSync(join(tmpdir(), 'senid-documents-'));
// nobody answers there: what is asked waits
const addresses = { SENID_AGENCY_URLS: 'traffic-police=http://127.0.0.1:9' };
let provider: TestProvider;
let owner: AccountId;
beforeAll(async () => {
  provider = await startProvider({ environment: addresses });
  owner = await provider.addPerson(lan);
});
afterAll(async () => {
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});

const senid = (...args: readonly string[]) =>
  runSenid(['documents', ...args, '--json'], {
    cwd: folder,
    SENID_PROFILE: 'test',
    SENID_ISSUER: provider.issuer,
    SENID_DATA_DIR: provider.dataDir,
    ...addresses,
  });
const because = ['--reason', 'asked at the counter'] as const;

describe('senid documents', () => {
  it('asks, lists and cancels for a person who reads who did it and why; nothing without a reason', async () => {
    expect(await senid('list', lan.id_number)).toMatchObject({ code: 1, json: { code: 'reason_missing' } });
    const asked = await senid('request', lan.id_number, 'driving_licence', '000 190 000 901', ...because);
    const pending = { type: 'driving_licence', state: 'pending', number: '000190000901', reason: { code: 'being-checked' } };
    expect(asked).toMatchObject({ code: 0, json: pending });
    expect(await senid('list', lan.id_number, ...because)).toMatchObject({ code: 0, json: [pending] });
    expect(await senid('request', lan.id_number, 'birth_certificate', '1/1990', ...because)).toMatchObject({
      code: 1,
      json: { code: 'document_agency_missing' },
    });
    expect(await senid('cancel', lan.id_number, 'driving_licence', ...because)).toMatchObject({ code: 0 });
    expect(await senid('cancel', lan.id_number, 'driving_licence', ...because)).toMatchObject({
      code: 1,
      json: { code: 'document_not_found' },
    });
    const events = await listAccountEvents(provider.application.store, owner);
    expect(events.map(({ type, data }) => [type, data['by'], data['reason'] ?? data['document']])).toEqual(
      expect.arrayContaining([
        ['looked-up', 'operator', 'asked at the counter'],
        ['document-requested', 'operator', 'driving_licence'],
        ['document-cancelled', 'operator', 'driving_licence'],
      ]),
    );
  });
});
