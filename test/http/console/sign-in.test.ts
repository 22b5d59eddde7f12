import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { endEverySignIn, lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import { areaSessions } from '#src/area-sessions/collections.ts';
import { revokeRole } from '#src/staff/staff-roles.ts';
import { type ConsoleWorld, openConsoleWorld, type Staff, shopForm } from '#test/support/console-world.ts';
import { FormBrowser, formsOf } from '#test/support/form-browser.ts';
import { startProvider } from '#test/support/running-provider.ts';

const minuteMs = 60_000;

let world: ConsoleWorld;
let mai: Staff;
beforeAll(async () => {
  world = await openConsoleWorld();
  mai = await world.addStaff('Mai', ['manager']);
});
afterAll(() => world.provider.stop());
afterEach(() => world.clock.reset());

const address = (path: string): string => world.provider.issuer + path;
const isSignIn = ({ url }: { url: string }): boolean => url.includes('/interaction/');

describe('signing in to the console by SenID itself', () => {
  it('leads through the phone with a face, to the page that was wanted', async () => {
    const page = await mai.open('/console/guide?lang=en');
    expect([page.status, page.url]).toEqual([200, address('/console/guide?lang=en')]);
    expect(page.html).toContain('Nguyễn Mai');
  });

  it('asks nothing of somebody who is in', async () => {
    await mai.open('/console');
    expect((await mai.browser.request(address('/console'))).status).toBe(200);
  });

  it('names its cookie to no script, no other site and no other path', async () => {
    const someone = await world.addStaff('Cúc', ['reviewer']);
    const cookies: string[] = [];
    const request = someone.browser.request.bind(someone.browser);
    someone.browser.request = async (url, init) => {
      const response = await request(url, init);
      cookies.push(...response.headers.getSetCookie());
      return response;
    };
    await someone.open('/console');
    const own = cookies.filter((line) => line.startsWith('senid_console=') || line.startsWith('senid_console_in_'));
    expect(own.length).toBeGreaterThanOrEqual(2);
    for (const line of own) {
      expect(line).toMatch(/path=\/console/i);
      if (line.includes('01 Jan 1970')) continue;
      expect(line).toMatch(/httponly/i);
      expect(line).toMatch(/samesite=lax/i);
    }
    // what is stored opens nothing
    const stored = await world.application.store.scan(areaSessions, { limit: 100 });
    const [, value = ''] = /senid_console=([^;]+)/.exec(own.find((line) => line.startsWith('senid_console=')) ?? '') ?? [];
    expect(value.length).toBeGreaterThan(40);
    expect(JSON.stringify(stored)).not.toContain(value);
  });

  it('does not let a PIN on the phone do where a face is needed', async () => {
    const binh = await world.addStaff('Bình', ['manager']);
    await expect(binh.open('/console', 'pin')).rejects.toThrow(/level/i);
    expect(isSignIn(await binh.browser.open(address('/console')))).toBe(true);
  });

  it('does not let somebody of level 1 in', async () => {
    const id = await world.provider.addPerson({
      id_number: '000195000099',
      name: { family: 'Lê', middle: '', given: 'Anh' },
      birthdate: '1995-02-01',
      gender: 'female',
      phone: '0912000099',
      identity_level: 1,
      password: 'sen hong 2026',
    });
    const browser = new FormBrowser();
    const page = await browser.press(await browser.open(address('/console')), 'continue', {
      id_number: '000195000099',
      password: 'sen hong 2026',
    });
    expect(page.html).toContain('not at the level needed');
    const back = await browser.press(page, 'cancel');
    expect([back.status, back.html.includes('You are not signed in')]).toEqual([403, true]);
    expect(await listAccountEvents(world.application.store, id)).toEqual([]);
  });

  it('ends with half an hour without a request, and asks for a new proof then', async () => {
    await mai.open('/console');
    world.clock.advance(29 * minuteMs);
    expect(isSignIn(await mai.browser.open(address('/console')))).toBe(false);
    world.clock.advance(29 * minuteMs);
    expect(isSignIn(await mai.browser.open(address('/console')))).toBe(false);
    world.clock.advance(31 * minuteMs);
    expect(isSignIn(await mai.browser.open(address('/console')))).toBe(true);
  });

  it('asks for another proof once the last one is too old for its level, however busy the person is', async () => {
    const dung = await world.addStaff('Dung', ['manager']);
    await dung.open('/console');
    for (const _ of [1, 2, 3]) {
      world.clock.advance(19 * minuteMs);
      expect(isSignIn(await dung.browser.open(address('/console')))).toBe(false);
    }
    world.clock.advance(4 * minuteMs);
    expect(isSignIn(await dung.browser.open(address('/console')))).toBe(true);
  });

  it('ends at once with a lock, and with the end of every sign-in of the account', async () => {
    const hoa = await world.addStaff('Hoa', ['manager']);
    await hoa.open('/console');
    await lockAccount(world.application, hoa.id, { ground: 'own-request', by: 'self' });
    expect(isSignIn(await hoa.browser.open(address('/console')))).toBe(true);
    await unlockAccount(world.application, hoa.id, 'found again');
    expect(isSignIn(await hoa.browser.open(address('/console')))).toBe(true);
    const lien = await world.addStaff('Liên', ['manager']);
    await lien.open('/console');
    await endEverySignIn(world.application, lien.id);
    expect(isSignIn(await lien.browser.open(address('/console')))).toBe(true);
  });

  it('signs out of the console and then of SenID', async () => {
    const page = await mai.open('/console');
    const asked = await mai.browser.press(page, 'sign-out');
    expect(asked.url).toContain('/session/end');
    const over = await mai.browser.open(address('/session/end/confirm'), {
      method: 'POST',
      body: new URLSearchParams(Object.fromEntries([...(formsOf(asked.html)[0]?.fields ?? []), ['logout', 'yes']])),
    });
    expect(over.url.startsWith(address('/console/signed-out'))).toBe(true);
    expect(over.html).toContain('You are signed out');
    expect(isSignIn(await mai.browser.open(address('/console')))).toBe(true);
  });

  it('goes on after a restart, in a process that has never seen it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'senid-console-'));
    const environment = { SENID_STORE: `sqlite:${folder}/senid.sqlite`, SENID_KEY_FILE: `${folder}/keys.json` };
    const first = await openConsoleWorld(environment);
    const staff = await first.addStaff('Oanh', ['reviewer']);
    await staff.open('/console');
    const cookie = staff.browser.cookieHeader(`${first.provider.issuer}/console`);
    await first.provider.stop();
    const second = await startProvider({ environment: { ...environment, SENID_ISSUER: first.provider.issuer } });
    const response = await fetch(`http://localhost:${second.port}/console`, { headers: { cookie }, redirect: 'manual' });
    expect([response.status, (await response.text()).includes('Nguyễn Oanh')]).toEqual([200, true]);
    await second.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('who attacks the console', () => {
  it('does not let a session be fixed: a cookie that was planted is replaced and opens nothing', async () => {
    const lan = await world.addStaff('Lan', ['manager']);
    await lan.open('/console');
    const before = lan.browser.cookieHeader(address('/console'));
    await endEverySignIn(world.application, lan.id);
    await lan.open('/console');
    const after = lan.browser.cookieHeader(address('/console'));
    expect(after).not.toBe(before);
    const old = await fetch(address('/console'), { headers: { cookie: before }, redirect: 'manual' });
    expect(old.status).toBe(303);
    const made = await fetch(address('/console'), { headers: { cookie: 'senid_console=planted' }, redirect: 'manual' });
    expect(made.status).toBe(303);
  });

  it('does not sign a victim in with an answer that was begun in the browser of somebody else', async () => {
    const attacker = new FormBrowser();
    const begun = await attacker.request(address('/console'));
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const victim = await new FormBrowser().open(address(`/console/signed-in?code=stolen&state=${state}`));
    expect([victim.status, victim.html.includes('was not begun here')]).toEqual([400, true]);
    expect(victim.headers.getSetCookie().some((line) => line.startsWith('senid_console='))).toBe(false);
  });

  it('does not take the same answer twice', async () => {
    const nga = await world.addStaff('Nga', ['manager']);
    await nga.open('/console');
    const answer = nga.browser.way.find((line) => line.includes('/console/signed-in?code='))?.replace('GET ', '') ?? '';
    const again = await nga.browser.open(answer);
    expect(again.status).toBe(400);
  });

  it.each([
    '//evil.example/',
    '/console//evil.example',
    '/console/%2f%2fevil.example',
    '/console?x=//evil.example',
    '/console\\evil.example',
  ])('leads nowhere else after a sign-in that began at %s', async (path) => {
    const response = await new FormBrowser().request(
      address('/console').replace('/console', path.startsWith('//') ? `/${path}` : path),
    );
    const location = response.headers.get('location');
    if (location !== null) expect(new URL(location, address('/')).origin).toBe(new URL(address('/')).origin);
    else expect(response.status).toBe(404);
  });

  it('cannot show the console in a frame of theirs', async () => {
    const page = await mai.open('/console/new');
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
  });

  it('cannot make the browser of a manager send a form: none, a made-up and a stranger’s token are refused', async () => {
    const thu = await world.addStaff('Thu', ['manager']);
    await mai.open('/console');
    const [strange] = formsOf((await thu.open('/console/new')).html).flatMap(({ fields }) =>
      fields.filter(([name]) => name === 'csrf'),
    );
    for (const csrf of [undefined, 'made-up', strange?.[1]]) {
      const body = new URLSearchParams({ ...shopForm, claims: 'name', ...(csrf === undefined ? {} : { csrf }) });
      const page = await mai.browser.open(address('/console/new'), { method: 'POST', body });
      expect([page.status, page.html.includes('out of date')]).toEqual([403, true]);
    }
    await expect(world.application.registry.show('shop')).rejects.toMatchObject({ code: 'client_not_found' });
  });

  it('finds a form refused, and nothing changed, when the session is over', async () => {
    const page = await mai.open('/console/new');
    world.clock.advance(31 * minuteMs);
    const sent = await mai.browser.press(page, 'save', shopForm);
    expect([sent.status, sent.html.includes('sign in again')]).toEqual([401, true]);
    expect(sent.html).toContain('<a class="button" href="/console">');
    await expect(world.application.registry.show('shop')).rejects.toMatchObject({ code: 'client_not_found' });
  });

  it('does nothing with a role that was taken away while the page was open', async () => {
    const tam = await world.addStaff('Tâm', ['manager']);
    const page = await tam.open('/console/new');
    await revokeRole(world.application, tam.id, { role: 'manager', by: 'operator:test', reason: 'left' });
    const sent = await tam.browser.press(page, 'save', shopForm);
    expect([sent.status, sent.html.includes('You have no role here')]).toEqual([403, true]);
    await expect(world.application.registry.show('shop')).rejects.toMatchObject({ code: 'client_not_found' });
    const page2 = await tam.open('/console');
    expect([page2.status, page2.html.includes('senid console grant')]).toEqual([403, true]);
    const events = await listAccountEvents(world.application.store, tam.id);
    expect(events.filter(({ type }) => type.startsWith('role-')).map(({ type, data }) => [type, data['reason']])).toEqual([
      ['role-granted', 'a test'],
      ['role-revoked', 'left'],
    ]);
  });

  it('cannot register, change or approve a part of SenID under its own name', async () => {
    const page = await mai.open('/console/new');
    const sent = await mai.browser.press(page, 'save', { ...shopForm, client_id: 'senid-console' });
    expect([sent.status, sent.html.includes('This identifier is taken')]).toEqual([409, true]);
    await expect(
      world.application.registry.put({
        client_id: 'senid-console',
        client_name: 'x',
        class: 'private',
        redirect_uris: ['https://evil.example/cb'],
      }),
    ).rejects.toMatchObject({ code: 'service_exists' });
  });
});
