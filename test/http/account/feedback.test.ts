import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedback } from '#src/feedback/collections.ts';
import { type AccountPagesWorld, type Owner, openAccountPages } from '#test/support/account-pages.ts';
import type { Page } from '#test/support/form-browser.ts';
import { runSenid } from '#test/support/run-senid.ts';

let world: AccountPagesWorld;
beforeAll(async () => {
  world = await openAccountPages();
});
afterAll(() => world.provider.stop());

const senid = (...args: readonly string[]) =>
  runSenid(['feedback', ...args, '--json'], {
    SENID_PROFILE: 'test',
    SENID_ISSUER: world.provider.issuer,
    SENID_DATA_DIR: world.provider.dataDir,
  });
const send = async (owner: Owner, text: string): Promise<Page> =>
  owner.browser.press(await owner.open('/account/feedback'), 'send', { text });
const referenceIn = ({ html }: Page): string => /FB-[0-9A-Z]{8}/.exec(html)?.[0] ?? '';

describe('feedback', { timeout: 30_000 }, () => {
  it('gets a reference, is read without a name, answered once, and the person reads the answer', async () => {
    const lan = await world.addOwner('Lan');
    const sent = await send(lan, 'Chữ hơi nhỏ.\r\nXin phóng to.');
    const reference = referenceIn(sent);
    expect([sent.url, sent.html.includes('We have your feedback')]).toEqual([world.address('/account/feedback'), true]);
    const { json: open } = await senid('list');
    expect(open).toMatchObject([{ reference, text: 'Chữ hơi nhỏ.\nXin phóng to.' }]);
    for (const secret of [lan.id, lan.person.id_number, 'Lan']) expect(JSON.stringify(open)).not.toContain(secret);
    expect(await senid('answer', reference, '--text', 'Đã phóng to.')).toMatchObject({ code: 0 });
    expect(await senid('answer', reference, '--text', 'Lần nữa')).toMatchObject({ code: 1, json: { code: 'feedback_answered' } });
    expect(await senid('answer', 'FB-AAAAAAAA', '--text', 'x')).toMatchObject({ code: 1, json: { code: 'feedback_not_found' } });
    expect((await senid('list')).json).toEqual([]);
    expect((await lan.open('/account/feedback')).html).toContain('Đã phóng to.');
    expect((await lan.open('/account/history')).html).toContain(reference);
  });

  it('is kept sealed, and shown to nobody else', async () => {
    const [mai, other] = [await world.addOwner('Mai'), await world.addOwner('Bình')];
    const reference = referenceIn(await send(mai, 'Bí mật của Mai'));
    expect(JSON.stringify(await world.application.store.get(feedback, reference))).not.toContain('Bí mật');
    expect((await other.open('/account/feedback')).html).not.toContain(reference);
  });

  it.each(['', '   \n ', 'x'.repeat(2001)])('is not taken empty or endless, and what was typed stays: %#', async (text) => {
    const nga = await world.addOwner('Nga');
    const page = await send(nga, text);
    expect([page.status, page.html.includes('Please write 1 to 2000 characters')]).toEqual([422, true]);
    expect(page.html).toContain(`${text.trim()}</textarea>`);
    expect(await world.application.store.find(feedback, 'account', nga.id)).toEqual([]);
  });

  it('is taken ten times an hour at most', async () => {
    const dao = await world.addOwner('Đào');
    const page = await dao.open('/account/feedback');
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await dao.browser.press(page, 'send', { text: `lần ${n}` })).status);
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429]);
  });
});
