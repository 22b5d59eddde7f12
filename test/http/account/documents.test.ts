import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountPagesWorld, type Owner, openAccountPages } from '#test/support/account-pages.ts';
import { startDemoProgram } from '#test/support/demo-program.ts';

let agencies: Awaited<ReturnType<typeof startDemoProgram>>;
let world: AccountPagesWorld;
let lan: Owner;
beforeAll(async () => {
  agencies = await startDemoProgram('agencies');
  const names = ['traffic-police', 'social-insurance', 'civil-status'];
  world = await openAccountPages({ SENID_AGENCY_URLS: names.map((name) => `${name}=${agencies.address}/${name}`).join(' ') });
  // she stands in the registers of the demo's agencies
  const members = { id_number: '000190000101', name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' }, birthdate: '1990-02-01' };
  lan = await world.addOwner('Lan', { members });
});
afterAll(async () => {
  await world.provider.stop();
  await agencies.stop();
});

const url = '/account/documents';
const send = async (owner: Owner, path: string, fields: Record<string, string>) => {
  const csrf = world.csrfOf(await owner.open('/account'));
  return owner.browser.open(world.address(path), { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) });
};

describe('documents on the account pages', () => {
  it('are asked for, verified by their agency, shown with what stands in them, and taken out', async () => {
    const asked = await send(lan, url, { type: 'driving_licence', number: '000190000901' });
    expect(asked.html).toContain('sent to be verified');
    const shown = async () => (await lan.open(url)).html;
    await expect.poll(shown, { timeout: 15_000 }).toContain('class="verified"');
    expect(await shown()).toMatch(/Number: 000190000901[\s\S]*Classes:/);
    const removed = await send(lan, `${url}/driving_licence/removal`, {});
    expect([removed.html.includes('taken out'), removed.html.includes('000190000901')]).toEqual([true, false]);
  });

  it('that cannot be one keep what was typed, with why', async () => {
    const wrong = await send(lan, url, { type: 'driving_licence', number: 'xin chào' });
    expect([wrong.status, wrong.html.includes('value="xin chào"')]).toEqual([422, true]);
    expect((await send(lan, url, { type: '__proto__', number: '1' })).status).toBe(422);
  });

  it("of another person are neither seen nor taken out, and another person's number gives nothing", async () => {
    await send(lan, url, { type: 'health_insurance', number: 'DN4010190000101' });
    const minh = await world.addOwner('Minh');
    expect((await minh.open(url)).html).toContain('There are no documents yet');
    expect((await send(minh, `${url}/health_insurance/removal`, {})).status).toBe(404);
    await send(minh, url, { type: 'driving_licence', number: '000190000901' });
    const shown = async () => (await minh.open(url)).html;
    await expect.poll(shown, { timeout: 15_000 }).toContain('does not match');
    expect(await shown()).not.toMatch(/Full name:|Classes:/);
  });

  it('are not offered at level 1, and asked for all the same are refused', async () => {
    const anh = await world.addOwner('Anh', { level: 1 });
    expect((await anh.open(url)).html).toContain('needs an account of level 2');
    expect((await send(anh, url, { type: 'driving_licence', number: '000190000901' })).status).toBe(422);
  });

  it('need the token of the page (CSRF)', async () => {
    const bare = await lan.browser.open(world.address(url), {
      method: 'POST',
      body: new URLSearchParams({ type: 'driving_licence', number: '000190000901' }),
    });
    expect(bare.status).toBeGreaterThanOrEqual(400);
  });
});
