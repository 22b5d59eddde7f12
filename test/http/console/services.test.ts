import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConsoleWorld, openConsoleWorld, type Staff, shopForm } from '#test/support/console-world.ts';
import { type FormBrowser, formsOf, type Page } from '#test/support/form-browser.ts';

let world: ConsoleWorld;
let mai: Staff;
let binh: Staff;
let reviewer: Staff;
let count = 0;
let id: string;
beforeAll(async () => {
  world = await openConsoleWorld();
  mai = await world.addStaff('Mai', ['manager']);
  binh = await world.addStaff('Bình', ['manager']);
  reviewer = await world.addStaff('Quân', ['reviewer']);
  for (const staff of [mai, binh, reviewer]) await staff.open('/console');
});
afterAll(() => world.provider.stop());

const address = (path: string): string => world.provider.issuer + path;
const open = ({ browser }: Staff, path: string): Promise<Page> => browser.open(address(path));
const servicePath = (service = id): string => `/console/services/${encodeURIComponent(service)}`;

async function create(staff: Staff, more: object = {}): Promise<Page> {
  return staff.browser.press(await open(staff, '/console/new'), 'save', { ...shopForm, client_id: id, ...more });
}
const press = async (staff: Staff, action: string, values: Record<string, string> = {}): Promise<Page> =>
  staff.browser.press(await open(staff, servicePath()), action, values);
/** Sends a page's form once more, as a second click or a second window would. */
const send = (browser: FormBrowser, page: Page, action: string, values: Record<string, string> = {}) =>
  browser.press(page, action, values);
const standing = () => world.application.registry.standing(id);

beforeEach(() => {
  count += 1;
  id = `shop-${count}`;
});

describe('a service in the console', () => {
  it('goes from a short form to production by two people, with everything said in its history', async () => {
    const made = await create(mai);
    expect([made.status, made.html.includes('The service was made.')]).toEqual([200, true]);
    const [, secret = ''] = /data-secret>([^<]+)</.exec(made.html) ?? [];
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    // another language would be another look, and the secret gone
    expect(made.html).not.toContain('lang=vi');
    expect((await open(mai, servicePath())).html).not.toContain(secret);

    expect((await press(mai, 'submit')).html).toContain('Submitted for review.');
    expect((await press(reviewer, 'approve', { reason: 'looks right' })).html).toContain('Approved.');
    expect((await standing()).state).toBe('sandbox');
    expect((await press(mai, 'submit')).html).toContain('Submitted for review.');
    await press(reviewer, 'approve');
    const page = await open(mai, servicePath());
    expect((await standing()).state).toBe('production');
    for (const words of ['Approved for production', 'Submitted for the sandbox', 'looks right', 'Nguyễn Quân', 'Nguyễn Mai (you)'])
      expect(page.html).toContain(words);
    const history = await world.application.registry.history(id);
    expect(history.map(({ by }) => by)).toEqual([
      `person:${mai.id}`,
      `person:${mai.id}`,
      `person:${reviewer.id}`,
      `person:${mai.id}`,
      `person:${reviewer.id}`,
    ]);
  });

  it('shows a reviewer what a version would change, member by member, while the old one works', async () => {
    await world.application.registry.put({
      client_id: id,
      client_name: 'Cũ',
      'client_name#en': 'Old name',
      class: 'private',
      redirect_uris: ['http://localhost:9/old/cb'],
    });
    await world.application.registry.setManagers(
      id,
      { id: 'operator:x', roles: ['operator'], via: 'test' },
      { managers: [`person:${mai.id}`] },
    );
    const beside = {
      client_id: `${id}-beside`,
      client_name: 'Bên cạnh',
      class: 'private',
      redirect_uris: ['http://localhost:9/cb'],
    };
    await world.application.registry.put(beside);
    const form = await open(mai, `${servicePath()}/edit`);
    expect(form.html).toContain('value="Old name"');
    const saved = await mai.browser.press(form, 'save', { ...shopForm, name_en: 'Another name' });
    expect(saved.html).toContain('Saved.');
    await press(mai, 'submit');
    const page = await open(reviewer, servicePath());
    expect(page.html).toMatch(
      /<code>client_name#en<\/code><\/dt>\s*<dd>.*<bdi>Old name<\/bdi><\/del>.*\s*<dd>.*<bdi>Another name<\/bdi>/,
    );
    // a manager does not hear of other services
    expect(page.html).toMatch(new RegExp(`same identifiers as .*${id}-beside`));
    expect((await open(mai, servicePath())).html).not.toContain(`${id}-beside`);
    expect((await world.application.clients.find(id))?.client.name.en).toBe('Old name');
    const returned = await press(reviewer, 'refuse', { reason: 'the name misleads' });
    expect(returned.html).toContain('the name misleads');
    expect((await open(mai, servicePath())).html).toContain('Returned by');
    expect((await press(mai, 'drop')).html).toContain('was dropped');
  });

  it('is stopped and let go on with a reason, which is asked for where it is missing', async () => {
    await create(mai);
    await press(mai, 'submit');
    await press(reviewer, 'approve');
    const without = await press(reviewer, 'suspend', { reason: ' ' });
    expect([without.status, without.html.includes('Write down the reason.')]).toEqual([422, true]);
    expect((await press(reviewer, 'suspend', { reason: 'complaints' })).html).toContain('Suspended by');
    expect((await standing()).state).toBe('suspended');
    await press(reviewer, 'resume', { reason: 'settled' });
    expect((await standing()).state).toBe('sandbox');
  });

  it('gets secrets that are shown once, with an end, and are revoked', async () => {
    await create(mai);
    expect((await press(mai, 'add-secret', { days: 'many' })).html).toContain('Enter a number of days');
    const added = await press(mai, 'add-secret', { days: '30' });
    const [, value = ''] = /data-secret>([^<]+)</.exec(added.html) ?? [];
    expect(value.length).toBe(43);
    const [newest, first] = await world.application.registry.secrets(id);
    expect(Date.parse(newest?.expires_at ?? '') - world.clock.now()).toBeGreaterThan(29 * 86_400_000);
    await press(mai, `revoke-${first?.secret_id}`);
    expect((await world.application.registry.secrets(id)).map(({ secret_id: each }) => each)).toEqual([newest?.secret_id]);
  });

  it('names testers, and keeps what was typed where one is refused', async () => {
    await create(mai);
    await press(mai, 'submit');
    await press(reviewer, 'approve');
    const refused = await press(mai, 'add-tester', { id_number: '1', label: 'Chị Sáu' });
    expect([refused.status, refused.html.includes('value="Chị Sáu"')]).toEqual([422, true]);
    const added = await press(mai, 'add-tester', { id_number: '012345678901', label: 'Chị Sáu' });
    expect(added.html).toContain('The tester was added.');
    const [tester] = await world.application.registry.testers(id);
    expect((await press(mai, `remove-${tester?.tester_id}`)).html).toContain('The tester was removed.');
  });

  it('says at each field what is wrong with it, and keeps everything that was typed', async () => {
    const page = await create(mai, { client_id: 'Có dấu', name_en: '', redirects: 'shop.example/cb', advanced: '{"sector": ' });
    expect(page.status).toBe(422);
    for (const field of ['client_id', 'name_en', 'redirects', 'advanced']) expect(page.html).toContain(`id="${field}-error"`);
    for (const typed of [
      'value="Có dấu"',
      'shop.example/cb</textarea>',
      '{&quot;sector&quot;: </textarea>',
      'value="Cửa hàng Hoa"',
    ])
      expect(page.html).toContain(typed);
    expect(page.html).toMatch(/value="address" checked/);
  });

  it('says at the field what only the registry knows', async () => {
    const page = await create(mai, {
      redirects: 'https://shop.example/cb#x',
      advanced: '{"backchanel_logout_uri":"https://a.example"}',
    });
    expect([page.status, page.html.includes('id="advanced-error"')]).toEqual([400, true]);
    const other = await create(mai, { redirects: 'https://shop.example/cb#x' });
    expect([other.status, other.html.includes('id="redirects-error"')]).toEqual([400, true]);
    await create(mai);
    const taken = await create(mai);
    expect([taken.status, taken.html.includes('id="client_id-error"')]).toEqual([409, true]);
  });

  it('takes every member of a registration in the advanced field, and shows it there again', async () => {
    await create(mai, { advanced: '{"login_hints":["phone"],"client_uri":"https://shop.example"}' });
    const form = await open(mai, `${servicePath()}/edit`);
    expect(form.html).toContain('&quot;login_hints&quot;');
    expect((await world.application.registry.show(id, 'waiting'))['login_hints']).toEqual(['phone']);
  });

  it('is under an identifier with signs that addresses know otherwise', async () => {
    await world.application.registry.put({
      client_id: 'https://a.example/x?y#z',
      client_name: 'Lạ',
      class: 'private',
      redirect_uris: ['https://a.example/cb'],
    });
    const page = await open(reviewer, servicePath('https://a.example/x?y#z'));
    expect([page.status, page.html.includes('Lạ')]).toEqual([200, true]);
  });

  it('speaks Vietnamese', async () => {
    await create(mai);
    const page = await mai.browser.open(address(`${servicePath()}?lang=vi`));
    for (const words of ['bản nháp', 'Gửi đi duyệt', 'Khóa bí mật', 'Lịch sử']) expect(page.html).toContain(words);
    await mai.browser.open(address('/console?lang=en'));
  });
});

describe('who attacks services through the console', () => {
  it('a manager of one service does not open another one, nor send its forms', async () => {
    await create(mai);
    const page = await open(mai, servicePath());
    const [, version = ''] = /name="version" value="([^"]+)"/.exec(page.html) ?? [];
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec((await open(binh, '/console/new')).html) ?? [];
    for (const path of ['', '/edit', '/guide']) expect((await open(binh, servicePath() + path)).status).toBe(404);
    for (const path of ['/edit', '/steps/submit', '/steps/drop', '/secrets', '/testers', '/simulation', '/secrets/s-x/revocation'])
      expect(
        (
          await binh.browser.request(address(servicePath() + path), {
            method: 'POST',
            body: new URLSearchParams({ csrf, version, ...shopForm, claims: 'name', outcome: 'access_denied', reason: 'x' }),
          })
        ).status,
      ).toBe(404);
    expect((await open(binh, '/console')).html).not.toContain(id);
    expect(await world.application.registry.history(id)).toHaveLength(1);
    expect((await open(binh, servicePath('unknown'))).status).toBe(404);
  });

  it('nobody approves a change of their own, although they have the role', async () => {
    const both = await world.addStaff('Sơn', ['manager', 'reviewer']);
    await both.open('/console');
    await create(both);
    await press(both, 'submit');
    const page = await open(both, servicePath());
    expect(page.html).toContain('somebody else has to approve it');
    expect(formsOf(page.html).some(({ buttons }) => buttons.includes('approve'))).toBe(false);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const version = /name="version" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const sent = await both.browser.open(address(`${servicePath()}/steps/approve`), {
      method: 'POST',
      body: new URLSearchParams({ csrf, version }),
    });
    expect([sent.status, sent.html.includes('Somebody else has to approve this')]).toEqual([403, true]);
    expect((await standing()).state).toBe('review');
  });

  it('an approval that is sent twice, one after the other or at once, is one', async () => {
    await create(mai);
    await press(mai, 'submit');
    const page = await open(reviewer, servicePath());
    const answers = await Promise.all([1, 2, 3].map(() => send(reviewer.browser, page, 'approve')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    const late = await send(reviewer.browser, page, 'approve');
    expect([late.status, late.html.includes('has changed since you opened the page')]).toEqual([412, true]);
    const approvals = (await world.application.registry.history(id)).filter(({ action }) => action.startsWith('approve'));
    expect(approvals).toHaveLength(1);
  });

  it('a version that was changed under the eyes of its reviewer is not approved unseen', async () => {
    await create(mai);
    await press(mai, 'submit');
    const page = await open(reviewer, servicePath());
    await press(mai, 'withdraw');
    await mai.browser.press(await open(mai, `${servicePath()}/edit`), 'save', { ...shopForm, name_en: 'Ministry of Everything' });
    await press(mai, 'submit');
    expect((await send(reviewer.browser, page, 'approve')).status).toBe(412);
    expect((await standing()).state).toBe('review');
  });

  it('a reviewer changes nothing of a service, and a manager approves nothing', async () => {
    await create(mai);
    await press(mai, 'submit');
    expect((await open(reviewer, `${servicePath()}/edit`)).status).toBe(403);
    expect((await open(reviewer, '/console/new')).status).toBe(403);
    const page = await open(mai, servicePath());
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const version = /name="version" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    for (const verb of ['approve', 'refuse', 'suspend'])
      expect(
        (
          await mai.browser.open(address(`${servicePath()}/steps/${verb}`), {
            method: 'POST',
            body: new URLSearchParams({ csrf, version, reason: 'mine' }),
          })
        ).status,
      ).not.toBe(200);
    expect((await standing()).state).toBe('review');
  });

  it('names, purposes and reasons are shown and never run', async () => {
    const script = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>{t}';
    await create(mai, { name_vi: script, name_en: script, purpose_vi: script, purpose_en: script });
    await press(mai, 'submit');
    await press(reviewer, 'refuse', { reason: script });
    for (const page of [
      await open(mai, servicePath()),
      await open(mai, '/console'),
      await open(mai, `${servicePath()}/edit`),
      await open(mai, `${servicePath()}/guide`),
      await press(reviewer, 'suspend', { reason: script }).catch(() => open(reviewer, servicePath())),
    ]) {
      expect(page.status).toBe(200);
      expect(page.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(page.html).not.toMatch(/<script>alert|<img src=x/);
    }
  });

  it.each(['/steps/explode', '/steps/change', '/steps/constructor', '/steps/__proto__'])(
    'a step that is none is not found: %s',
    async (path) => {
      await create(mai);
      const csrf = /name="csrf" value="([^"]+)"/.exec((await open(mai, servicePath())).html)?.[1] ?? '';
      const sent = await mai.browser.open(address(servicePath() + path), { method: 'POST', body: new URLSearchParams({ csrf }) });
      expect(sent.status).toBe(404);
    },
  );
});
