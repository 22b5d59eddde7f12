import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approvals } from '#src/approvals/collections.ts';
import type { Collection, StoredDocument } from '#src/kernel/store.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { type InteractionDocument, interactions } from '#src/sign-in/collections.ts';
import { writeBackup } from '#src/storage/backup/write-backup.ts';
import { allCollections } from '#src/storage/collections.ts';
import { installationId, installations } from '#src/storage/installation.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

const quynh = {
  id_number: '001190123457',
  name: { family: 'Đặng', middle: 'Ngọc', given: 'Quỳnh' },
  birthdate: '1990-03-27',
  gender: 'female',
  phone: '0987654321',
  email: 'quynh@example.vn',
  address: { street_address: '7 phố Hàng Sen', locality: 'Phường Mẫu', region: 'Hà Nội', country: 'VN' },
  identity_level: 2,
  password: 'sen hồng 2026',
};
const personal = ['001190123457', 'Đặng', 'Ngọc', 'Quỳnh', '1990-03-27', '987654321', 'quynh@example', 'Hàng Sen', '127.0.0.1'];
const scope = 'openid profile email phone address personal_id';

let world: PhoneWorld;
let portal: Service;
let phone: VirtualPhone;
let claims: string[];
beforeAll(async () => {
  world = await openPhoneWorld([quynh]);
  claims = [
    'name',
    'birthdate',
    'email',
    'phone_number',
    'address',
    `${world.provider.application.settings.claimsPrefix}personal_id_number`,
  ];
  portal = await Service.register(world.provider, 'portal', { class: 'public', sector: 'portal.example', allowed_claims: claims });
  phone = await world.newPhone();
});
afterAll(() => world.provider.stop());

/** A text with what stands in it as base64url, opened. */
const opened = (text: string): string =>
  `${text}\n${(text.match(/[\w-]{20,}/g) ?? []).map((word) => Buffer.from(word, 'base64url').toString()).join('\n')}`;

const heldBy = (text: string): string[] => personal.filter((value) => opened(text).includes(value));

async function stored(): Promise<string> {
  const lines: string[] = [];
  for (const declared of allCollections as unknown as readonly Collection<StoredDocument, string>[])
    for (const document of await world.provider.application.store.scan(declared, { limit: 10_000 }))
      lines.push(`${declared.name} ${JSON.stringify(document)}`);
  return lines.join('\n');
}

async function backedUp(): Promise<string> {
  const { store, sealing } = world.provider.application;
  const mark = await store.get(installations, installationId);
  if (mark === undefined) throw new Error('no mark');
  const file = join(world.provider.dataDir, 'backup.gz');
  const snapshot = { scan: store.scan.bind(store), close: async () => undefined };
  const collections = allCollections as unknown as readonly Collection<never, string>[];
  const content = { snapshot, mark, collections, sealing, createdAt: new Date(), progress: () => undefined };
  await writeBackup(file, content, { force: true });
  return gunzipSync(readFileSync(file)).toString();
}

const idOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

describe('a stolen database or backup', () => {
  it('tells nothing of a person who signed in by QR, was scanned for, or came with a login_hint', async () => {
    await world.scanned(portal, phone, { scope });
    const { browser, page, approval, number, verifier } = await world.scanned(portal, phone, {
      scope,
      login_hint: quynh.id_number,
    });
    expect(heldBy(approval.payload)).toEqual(expect.arrayContaining(['001190123457', 'Quỳnh', '1990-03-27', 'Hàng Sen']));
    await phone.decide(approval, { decision: 'approve', number, granted: claims });
    const back = await browser.press(await browser.open(page.url), 'continue', {}, portal.redirectUri);
    const { tokens } = await portal.redeem(back, verifier);
    expect(await portal.userinfo(tokens)).toMatchObject({ birthdate: '1990-03-27', [claims.at(-1) ?? '']: '001190123457' });
    await portal.signIn(new FormBrowser(), quynh, { scope, login_hint: quynh.id_number }, claims);
    const hinted = { scope, login_hint: quynh.id_number, id_token_hint: tokens.id_token };
    const waiting = await new FormBrowser().open(portal.authorize(hinted).url);
    expect(waiting.html).toContain(`value="${quynh.id_number}"`);

    const [kept, copied] = [await stored(), await backedUp()];
    expect(kept).toContain('approvals {');
    expect(kept).toContain('"hints":"');
    expect(kept).not.toContain(tokens.id_token);
    expect(heldBy(kept)).toEqual([]);
    expect(heldBy(copied)).toEqual([]);
  });
});

describe('what a service asks after', () => {
  it('is kept in a form that tells nothing, with the pages, the code and the tokens', async () => {
    const prefix = world.provider.application.settings.claimsPrefix;
    const compared = [`${prefix}personal_id_number_matches`, `${prefix}name_matches`];
    const curious = await Service.register(world.provider, 'curious', {
      allowed_claims: [...compared, 'birthdate', 'verified_claims.name', 'verified_claims.birthdate'],
      grant_types: ['authorization_code', 'refresh_token'],
    });
    const asked = {
      [compared[0] ?? '']: { value: quynh.id_number },
      [compared[1] ?? '']: { value: 'Đặng Ngọc Quỳnh' },
      birthdate: { value: quynh.birthdate },
      verified_claims: {
        verification: { trust_framework: null },
        claims: { name: { values: ['Đặng Ngọc Quỳnh', 'Quỳnh'] }, birthdate: { value: quynh.birthdate } },
      },
    };
    const params = { scope: 'openid offline_access', claims: JSON.stringify({ userinfo: asked, id_token: asked }) };
    await new FormBrowser().open(curious.authorize(params).url);
    const grant = [...compared, 'verified_claims.name', 'verified_claims.birthdate'];
    const { tokens } = await curious.signIn(new FormBrowser(), quynh, params, grant);
    expect(await curious.userinfo(tokens)).toMatchObject({
      [compared[0] ?? '']: true,
      [compared[1] ?? '']: true,
      verified_claims: { claims: { name: 'Đặng Ngọc Quỳnh', birthdate: '1990-03-27' } },
    });
    const kept = await stored();
    expect(kept).toContain('value_digest');
    expect(heldBy(kept)).toEqual([]);
  });
});

describe('what a version before kept unsealed', () => {
  it('can still be shown, listed and approved', async () => {
    const { store } = world.provider.application;
    const { browser, page, approval, number } = await world.scanned(portal, phone, { scope });
    await store.patch(approvals, approval.id as never, {}, { set: { payload: approval.payload } as never });
    expect((await phone.open(approval.id)).payload).toBe(approval.payload);
    expect((await phone.list()).map(({ id }) => id)).toContain(approval.id);
    await phone.decide(approval, { decision: 'approve', number });
    expect((await browser.open(page.url)).html).toContain('Đặng N*** Q****');
  });

  it('fills in the ID number that the service sent', async () => {
    const { store } = world.provider.application;
    const browser = new FormBrowser();
    const page = await browser.open(portal.authorize({ login_hint: 'x' }).url);
    const { payload } = (await store.get(interactions, idOf(page.url))) as InteractionDocument;
    const before = { ...payload, params: { ...payload.params, login_hint: quynh.id_number } };
    await store.patch(interactions, idOf(page.url), {}, { set: { payload: before }, unset: ['hints'] });
    expect((await browser.open(page.url)).html).toContain(`value="${quynh.id_number}"`);
  });
});

it('does not let the sealed payload of one approval be shown for another', async () => {
  const { store } = world.provider.application;
  const [one, other] = [await world.scanned(portal, phone, { scope }), await world.scanned(portal, phone, { scope })];
  const moved = (await store.get(approvals, one.approval.id)) as { payload?: string } | undefined;
  await store.patch(approvals, other.approval.id as never, {}, { set: { payload: moved?.payload ?? '' } as never });
  await expect(phone.open(other.approval.id)).rejects.toThrow();
});
