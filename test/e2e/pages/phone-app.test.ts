import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approvalsRows } from '#src/errors/approvals-rows.ts';
import { devicesRows } from '#src/errors/devices-rows.ts';
import { documentsRows } from '#src/errors/documents-rows.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import { startDemoProgram } from '#test/support/demo-program.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { looksRight } from '#test/support/looks-right.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';
import { TestClock } from '#test/support/test-clock.ts';

const mai = {
  id_number: '000190000077',
  name: { family: 'Phạm', middle: 'Thị', given: 'Mai' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000077',
  identity_level: 2,
  password: 'sen trang 2026',
};

const pin = '246802';
const { refusals, refusalWords } = (await import(new URL('../../../views/public/app/refusals.js', import.meta.url).href)) as {
  refusals: Record<string, unknown>;
  refusalWords(
    error: { code: string; reference?: string; waitSeconds?: number },
    language: 'vi' | 'en',
  ): { what: string; next: string; reference?: string };
};

let provider: TestProvider;
let agencies: Awaited<ReturnType<typeof startDemoProgram>>;
let browser: Browser;
let accountId: AccountId;
let service: Service;
/** Stands still while a phone works, so that no QR grows old on a slow machine. */
const clock = new TestClock(Date.now());

const code = async (): Promise<string> => (await provider.application.enrolmentCodes.issue(accountId, { vouched: true })).code;
const qrText = async (): Promise<string> => {
  const page = await new FormBrowser().open(service.authorize().url);
  // the interaction itself is stamped with the machine's time
  clock.advance(Date.now() - clock.now());
  return /data-qr="([^"]+)"/.exec(page.html)?.[1] ?? '';
};

/** A phone's browser whose clock is this many minutes ahead. */
async function newPhone(minutesAhead = 0): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'vi-VN', viewport: { width: 360, height: 740 } })).newPage();
  await page.clock.install({ time: Date.now() + minutesAhead * 60_000 });
  return page;
}

async function enrol(phone: Page, path = '/app'): Promise<void> {
  // a person has three phones at most, and each test brings one
  for (const { id } of await provider.application.devices.list(accountId)) await provider.application.devices.revoke(accountId, id);
  await phone.goto(provider.issuer + path);
  await phone.fill('#code', await code());
  await phone.fill('#pin', pin);
  await phone.click('button.primary');
}

/** An enrolled phone before the question of the service. */
async function asked(): Promise<Page> {
  const phone = await newPhone();
  await enrol(phone);
  await phone.waitForSelector('#qr');
  await phone.fill('#qr', await qrText());
  await phone.click('button.secondary');
  await phone.waitForSelector('.big-domain');
  return phone;
}

const focused = (phone: Page): Promise<string> =>
  phone.evaluate("document.activeElement?.id || document.activeElement?.textContent || ''");
const described = async (phone: Page, id: string): Promise<string> => {
  const ids = ((await phone.getAttribute(`#${id}`, 'aria-describedby')) ?? '').split(' ');
  return (await Promise.all(ids.map((each) => phone.textContent(`#${each}`)))).join(' ');
};
const isWrong = async (phone: Page, id: string): Promise<boolean> =>
  (await phone.getAttribute(`#${id}`, 'aria-invalid')) === 'true';
const activeDevices = async (): Promise<number> => (await provider.application.devices.list(accountId)).length;

describe.skipIf(!canBrowse())('the phone at /app', () => {
  beforeAll(async () => {
    agencies = await startDemoProgram('agencies');
    const environment = { SENID_AGENCY_URLS: `traffic-police=${agencies.address}/traffic-police` };
    [provider, browser] = await Promise.all([startProvider({ clock, environment }), launchBrowser()]);
    accountId = await provider.addPerson(mai);
    service = await Service.register(provider, 'rp');
  });
  afterAll(async () => {
    await browser?.close();
    await provider?.stop();
    await agencies?.stop();
  });

  it('works with a clock that is 20 minutes wrong, and shows the time that is left truly', async () => {
    const phone = await newPhone(20);
    await enrol(phone);
    await phone.waitForSelector('#qr');
    await phone.fill('#qr', await qrText());
    await phone.click('button.secondary');
    await phone.waitForSelector('.big-domain');
    const left = Number(/\d+/.exec((await phone.textContent('[role=timer]')) ?? '')?.[0]);
    expect(left).toBeGreaterThan(90);
    expect(left).toBeLessThanOrEqual(121);
    // what is left is read out at 60, 30 and 10 seconds only
    expect(await phone.textContent('#told')).toBe('');
    await phone.clock.runFor((left - 60) * 1000);
    expect(await phone.textContent('#told')).toContain('Còn 60 giây');
    await phone.clock.runFor(5000);
    clock.advance((left - 55) * 1000);
    expect(await phone.textContent('#told')).toContain('Còn 60 giây');
    await phone.fill('#pin', pin);
    await phone.click('button[value=deny]');
    await phone.waitForSelector('.status.refused');
    clock.advance((55 - left) * 1000);
  });

  it('takes the QR from the address that its own camera opened, also when it has to enrol first, and asks which site it is', async () => {
    const phone = await newPhone();
    const text = await qrText();
    await enrol(phone, `/q${text.slice(text.indexOf('#'))}`);
    await phone.waitForSelector('.big-domain, [role=alert]');
    expect(await phone.textContent('.big-domain')).toBe('localhost:9');
    expect(await phone.textContent('h1')).toBe('Trang nào đang mở trên màn hình kia?');
    expect(new URL(phone.url()).hash).toBe('');
    // the address is larger than everything else
    const sizes = await phone.evaluate<number[]>(
      "[...document.querySelectorAll('.phone *')].map((each) => each.closest('.big-domain') ? 0 : parseFloat(getComputedStyle(each).fontSize))",
    );
    const size = await phone.evaluate<string>("getComputedStyle(document.querySelector('.big-domain')).fontSize");
    expect(Number.parseFloat(size)).toBeGreaterThan(Math.max(...sizes));
    // nothing is ticked for the person, and both answers are there
    expect(await phone.locator('input:checked').count()).toBe(0);
    expect(await phone.locator('button[value=approve], button[value=deny], button[value=not-me]').count()).toBe(3);
  });

  it('lets the question go when its time is over, and says so', async () => {
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('#qr');
    await phone.fill('#qr', await qrText());
    await phone.click('button.secondary');
    await phone.waitForSelector('.big-domain');
    await phone.clock.runFor(125_000);
    await phone.waitForSelector('[role=alert]');
    expect(await phone.textContent('[role=alert]')).toContain('Yêu cầu đã hết hạn');
    expect(await phone.locator('button[value=approve]').count()).toBe(0);
  });

  it('tells of a sign-in in a new browser, and one tap ends it', async () => {
    const signedIn = await service.signIn(new FormBrowser(), mai, { scope: 'openid name', prompt: 'login' }, ['name']);
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('.history .alerting');
    await expect.poll(() => phone.textContent('#told')).toContain('trình duyệt chưa dùng bao giờ');
    await looksRight(phone);
    clock.advance(2000);
    await phone.getByRole('button', { name: 'Không phải tôi đăng nhập vào Dịch vụ rp' }).first().click();
    await phone.waitForSelector('.status.done');
    await looksRight(phone);
    expect(await service.userinfo(signedIn.tokens)).toMatchObject({ error: 'invalid_token' });
    await phone.getByRole('button', { name: 'Xong' }).click();
    await phone.waitForSelector('.history li');
    expect(await phone.textContent('.history')).toContain('Bạn đã báo không phải mình');
  });

  it('keeps what was typed when enrolment is wrong, with words at each field and the first wrong one in focus', async () => {
    const phone = await newPhone();
    await phone.goto(`${provider.issuer}/app`);
    await phone.click('button.primary');
    expect(await described(phone, 'code')).toContain('Nhập mã đăng ký.');
    expect(await described(phone, 'pin')).toContain('Đặt một mã PIN.');
    expect(await focused(phone)).toBe('code');
    expect(await phone.locator('[role=alert]').count()).toBe(1);
    await looksRight(phone);

    const given = await code();
    await phone.fill('#code', given);
    await phone.fill('#pin', '2468');
    await phone.click('button.primary');
    expect([await isWrong(phone, 'code'), await isWrong(phone, 'pin')]).toEqual([false, true]);
    expect(await described(phone, 'pin')).toContain('ít nhất 6 chữ số');
    expect(await focused(phone)).toBe('pin');
    expect([await phone.inputValue('#code'), await phone.inputValue('#pin')]).toEqual([given, '2468']);

    await phone.fill('#code', 'AAAAA-AAAAA');
    await phone.fill('#pin', pin);
    await phone.click('button.primary');
    await phone.waitForSelector('#code-error');
    expect(await described(phone, 'code')).toMatch(/đã dùng hoặc hết hạn.*Mã tham chiếu: \w+/);
    expect([await phone.inputValue('#code'), await phone.inputValue('#pin')]).toEqual(['AAAAA-AAAAA', pin]);
    expect(await phone.textContent('#phone')).not.toContain('enrolment_code_invalid');
  });

  it('takes the code of the account page out of its QR, and asks for the password that such a code needs', async () => {
    for (const { id } of await provider.application.devices.list(accountId))
      await provider.application.devices.revoke(accountId, id);
    const account = await provider.application.accounts.get(accountId);
    if (account === undefined) throw new Error('no such person');
    const { code: given } = await provider.application.devices.codeForOwner(account);
    const phone = await newPhone();
    await phone.goto(`${provider.issuer}/app#code=${given}`);
    await phone.waitForSelector('#password');
    expect([await phone.inputValue('#code'), new URL(phone.url()).hash]).toEqual([given, '']);
    await phone.fill('#pin', pin);
    await phone.fill('#password', 'không phải');
    await phone.click('button.primary');
    await phone.waitForSelector('#password-error');
    expect(await described(phone, 'password')).toContain('Mật khẩu không đúng');
    await looksRight(phone);
    await phone.fill('#password', mai.password);
    await phone.click('button.primary');
    await phone.getByText('Điện thoại của Phạm Thị Mai').waitFor();
  });

  it('asks for the password only once a typed code turns out to need it', async () => {
    for (const { id } of await provider.application.devices.list(accountId))
      await provider.application.devices.revoke(accountId, id);
    const account = await provider.application.accounts.get(accountId);
    if (account === undefined) throw new Error('no such person');
    const { code: given } = await provider.application.devices.codeForOwner(account);
    const phone = await newPhone();
    await phone.goto(`${provider.issuer}/app`);
    await phone.fill('#code', given);
    await phone.fill('#pin', pin);
    expect(await phone.locator('#password').count()).toBe(0);
    await phone.click('button.primary');
    await phone.waitForSelector('#password-error');
    expect(await focused(phone)).toBe('password');
    await phone.fill('#password', mai.password);
    await phone.click('button.primary');
    await phone.getByText('Điện thoại của Phạm Thị Mai').waitFor();
  });

  it('shows a PIN to whoever wants to check it', async () => {
    const phone = await newPhone();
    await phone.goto(`${provider.issuer}/app`);
    await phone.fill('#pin', pin);
    await phone.getByRole('button', { name: 'Hiện mã PIN' }).click();
    expect(await phone.getAttribute('#pin', 'type')).toBe('text');
    expect(await phone.textContent('#told')).toContain('đang hiện');
    await phone.getByRole('button', { name: 'Ẩn mã PIN' }).click();
    expect(await phone.getAttribute('#pin', 'type')).toBe('password');
  });

  it('names what is missing of an answer, the number first; a no needs the PIN alone, and says why', async () => {
    const phone = await asked();
    await phone.click('button[value=approve]');
    expect(await described(phone, 'number')).toContain('Gõ số đang hiện trên màn hình kia.');
    expect(await described(phone, 'pin')).toContain('Nhập mã PIN.');
    expect(await focused(phone)).toBe('number');
    await looksRight(phone);
    await phone.fill('#number', '4');
    await phone.fill('#pin', pin);
    await phone.click('button[value=approve]');
    expect(await described(phone, 'number')).toContain('hai chữ số');

    await phone.fill('#number', '');
    await phone.fill('#pin', '');
    await phone.click('button[value=deny]');
    expect(await focused(phone)).toBe('pin');
    expect([await isWrong(phone, 'number'), await isWrong(phone, 'pin')]).toEqual([false, true]);
    expect(await phone.textContent('form')).toContain('để không ai khác từ chối thay bạn');
    await phone.fill('#pin', '999999');
    await phone.click('button[value=deny]');
    await expect.poll(() => described(phone, 'pin')).toContain('Mã PIN không đúng');
    // Enter in a field answers nothing
    await phone.press('#pin', 'Enter');
    expect(await focused(phone)).toBe('Đồng ý');
    await phone.fill('#pin', pin);
    await phone.click('button[value=deny]');
    await phone.waitForSelector('.status.refused');
    expect(await focused(phone)).toBe('Đã từ chối');
  });

  it('a question lost to a reload, or to the other language, comes back and can be answered', async () => {
    const phone = await asked();
    await phone.click('a.language');
    await phone.waitForSelector('.big-domain');
    expect(await phone.textContent('h1')).toBe('Which site is open on the other screen?');
    await phone.fill('#pin', pin);
    await phone.click('button[value=not-me]');
    await phone.waitForSelector('.status.refused');
    expect(await focused(phone)).toBe('Declined, and noted that it was not you');
    await phone.reload();
    await phone.waitForSelector('#qr');
  });

  it('lists what services know, stops one thing and then everything, and the tokens obey', async () => {
    const profile = { scope: 'openid profile' };
    const bank = await Service.register(provider, 'bank', { client_name: 'Ngân hàng Sen' });
    const { tokens } = await bank.signIn(new FormBrowser(), mai, profile, ['name', 'birthdate']);
    const phone = await newPhone();
    await enrol(phone);
    const stop = phone.locator('button[aria-label="Ngừng chia sẻ với Ngân hàng Sen"]');
    await stop.click();
    expect(await focused(phone)).toBe('Ngừng chia sẻ với Ngân hàng Sen?');
    await looksRight(phone);
    await phone.click('button[value=keep]');
    await stop.waitFor();
    await looksRight(phone);
    await stop.click();
    await phone.check('input[value=birthdate]');
    await phone.click('button[value=withdraw]');
    await phone.waitForSelector('.status.done');
    expect(await phone.textContent('.status')).toContain('Ngân hàng Sen không còn nhận được: Ngày sinh.');
    expect(await bank.userinfo(tokens)).toMatchObject({ name: 'Phạm Thị Mai' });
    expect(await bank.userinfo(tokens)).not.toHaveProperty('birthdate');
    await phone.click('button.primary');
    await stop.click();
    await phone.click('button[value=withdraw]');
    await phone.waitForSelector('.status.done');
    expect(await bank.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    await phone.click('button.primary');
    await phone.waitForSelector('#qr');
    expect(await stop.count()).toBe(0);
  });

  it('a no is as prominent as a yes', async () => {
    const phone = await asked();
    const [yes, no] = await Promise.all(['approve', 'deny'].map((each) => phone.locator(`button[value=${each}]`).boundingBox()));
    expect([no?.width, no?.height]).toEqual([yes?.width, yes?.height]);
    const ground = (value: string): Promise<string> =>
      phone.evaluate(`getComputedStyle(document.querySelector('button[value=${value}]')).backgroundColor`);
    expect(await ground('deny')).not.toBe(
      await phone.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor"),
    );
  });

  it('keeps the question when there is no network, and answers when it is back', async () => {
    const phone = await asked();
    await phone.fill('#pin', pin);
    await phone.context().setOffline(true);
    await phone.click('button[value=deny]');
    await phone.waitForSelector('form .alert');
    expect(await focused(phone)).toBe('Không có kết nối mạng');
    expect(await phone.inputValue('#pin')).toBe(pin);
    await phone.context().setOffline(false);
    await phone.click('button[value=deny]');
    await phone.waitForSelector('.status.refused');
  });

  it('asks before it removes the phone, and keeps the key while the server has not let the phone go', async () => {
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('#qr');
    const remove = phone.getByRole('button', { name: 'Gỡ điện thoại này' });
    await remove.click();
    expect(await focused(phone)).toBe('Gỡ điện thoại này?');
    const [yes, no] = await Promise.all(['remove', 'keep'].map((each) => phone.locator(`button[value=${each}]`).boundingBox()));
    expect([no?.width, no?.height]).toEqual([yes?.width, yes?.height]);
    await looksRight(phone);
    await phone.click('button[value=keep]');
    await phone.waitForSelector('#qr');
    expect(await activeDevices()).toBe(1);

    await remove.click();
    await phone.context().setOffline(true);
    await phone.click('button[value=remove]');
    await phone.waitForSelector('[role=alert]');
    expect(await phone.textContent('[role=alert]')).toContain('khóa của bạn vẫn còn ở đây');
    await looksRight(phone);
    await phone.context().setOffline(false);
    await phone.reload();
    await phone.waitForSelector('#qr');
    expect(await activeDevices()).toBe(1);

    await remove.click();
    await phone.click('button[value=remove]');
    await phone.waitForSelector('.status.done');
    expect(await focused(phone)).toBe('Đã gỡ điện thoại này');
    expect(await activeDevices()).toBe(0);
    await phone.reload();
    await phone.waitForSelector('#code');
  });

  it('a phone that was removed elsewhere says so, and may be enrolled again', async () => {
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('#qr');
    for (const { id } of await provider.application.devices.list(accountId))
      await provider.application.devices.revoke(accountId, id);
    await phone.fill('#qr', await qrText());
    await phone.click('button.secondary');
    await phone.waitForSelector('#code');
    expect(await phone.textContent('[role=alert] h2')).toBe('Điện thoại này đã bị gỡ khỏi tài khoản');
    expect(await phone.textContent('[role=alert] [data-reference]')).toMatch(/^\w{6,}$/);
  });

  it('has words for every refusal of the device API in both languages, and never shows a code', async () => {
    const others = [
      'consent_not_found',
      'claim_by_law',
      'sign_in_not_found',
      'request_malformed',
      'body_too_large',
      'body_encoding_unsupported',
      'page_not_found',
    ];
    const ofServer = ['method_not_allowed', 'store_unavailable', 'hashing_busy', 'too_many_requests', 'unexpected'];
    const codes = [
      ...Object.keys(approvalsRows),
      ...Object.keys(devicesRows),
      ...Object.keys(documentsRows),
      ...others,
      ...ofServer,
    ];
    expect(codes.filter((each) => !Object.hasOwn(refusals, each))).toEqual([]);
    for (const each of [...Object.keys(refusals), 'a_new_code', 'constructor']) {
      const [vi, en] = [refusalWords({ code: each, reference: 'R1' }, 'vi'), refusalWords({ code: each, reference: 'R1' }, 'en')];
      expect([vi.reference, en.reference]).toEqual(['R1', 'R1']);
      for (const words of [vi.what, vi.next, en.what, en.next]) expect(words).toMatch(/^[\p{L}\d ,.;:()'–-]{10,}$/u);
      expect(vi.what).not.toBe(en.what);
    }
    expect(refusalWords({ code: 'rate_limited', waitSeconds: 840 }, 'vi').next).toContain('Hãy đợi 14 phút');
    expect(refusalWords({ code: 'rate_limited' }, 'en').next).toContain('in 1 min');
  });

  it('shows documents with why they are not used, lets them be sent again and taken out, and says who is asked what for', async () => {
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('text=Chưa có giấy tờ nào.');
    const add = async (number: string, type?: string): Promise<void> => {
      await phone.waitForSelector('#number');
      if (type !== undefined) await phone.selectOption('#type', type);
      await phone.fill('#number', number);
      await phone.click('button[value=send]');
    };
    await phone.click('text=Thêm giấy tờ');
    await looksRight(phone);
    expect(await phone.textContent('form')).toContain('gửi cho cơ quan đó số giấy tờ, họ tên, ngày sinh và số định danh của bạn');
    await add('', 'health_insurance');
    expect(await isWrong(phone, 'number')).toBe(true);
    await add('DN 0000000000101');
    expect(await phone.textContent('[role=alert] h2')).toBe('Chưa kết nối với cơ quan quản lý giấy tờ này');
    // somebody else's
    await add('000 190 000 901', 'driving_licence');
    await phone.waitForSelector('text=Cục Cảnh sát giao thông đang kiểm tra.');
    const row = phone.locator('[data-document=driving_licence]');
    const stateNow = async (): Promise<string | null> => {
      clock.advance(1000);
      await phone.reload();
      await row.waitFor();
      return row.getAttribute('data-state');
    };
    await phone.click('button.primary');
    await expect.poll(stateNow).toBe('mismatch');
    expect(await row.textContent()).toContain('Số này không khớp với bạn trong sổ của cơ quan quản lý.');
    await looksRight(phone);
    await row.locator('button', { hasText: 'Gửi lại' }).click();
    expect(await phone.inputValue('#number')).toBe('000190000901');
    await add('000190000999');
    await phone.click('button.primary');
    await expect.poll(stateNow).toBe('not_found');
    await row.locator('text=Bỏ giấy tờ này').click();
    await looksRight(phone);
    await phone.click('button[value=remove]');
    await phone.waitForSelector('text=Không dịch vụ nào còn nhận được: Giấy phép lái xe.');
    await phone.click('button.primary');
    await phone.waitForSelector('text=Chưa có giấy tờ nào.');
  });

  it('tells an unknown refusal, and an answer that is not ours, in general words with the reference', async () => {
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('#qr');
    let answer = { status: 418, contentType: 'application/problem+json', body: '{"code":"a_new_code","reference":"REF777"}' };
    await phone.route('**/device/v1/scans', (route) => route.fulfill(answer));
    const refused = async (): Promise<string> => {
      await phone.fill('#qr', 'https://id.example/q#x');
      await phone.click('button.secondary');
      await phone.waitForSelector('[role=alert]');
      return (await phone.textContent('[role=alert]')) ?? '';
    };
    expect(await refused()).toMatch(/Có trục trặc.*Mã tham chiếu: REF777/);
    await phone.click('a.language');
    await phone.waitForSelector('#qr');
    answer = { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' };
    expect(await refused()).toMatch(/^Something went wrong/);
    expect(await phone.textContent('#phone')).not.toMatch(/a_new_code|unexpected|Bad gateway/);
  });

  it('does not keep the approval key in the clear, nor lets either key be taken out', async () => {
    const phone = await newPhone();
    await phone.goto(`${provider.issuer}/app`);
    const keysModule = (await phone.getAttribute('script[type=module]', 'src'))?.replace('phone-app', 'phone-keys');
    const kept = await phone.evaluate(`(async () => {
      const { createKeys, openApprovalKey } = await import(${JSON.stringify(keysModule)});
      const keys = await createKeys('246802');
      const opened = await openApprovalKey(keys.sealedApproval, '246802');
      const wrong = await openApprovalKey(keys.sealedApproval, '246803').then(() => 'opened', () => 'refused');
      return [keys.device.privateKey.extractable, opened.extractable, wrong];
    })()`);
    expect(kept).toEqual([false, false, 'refused']);
  });

  it('opens without a network, says what it cannot do now, and goes on when the network is back', async () => {
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('#qr');
    await phone.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await phone.context().setOffline(true);
    await phone.reload();
    await phone.waitForSelector('[data-offline]');
    expect(await phone.textContent('h1')).toBe('Điện thoại của Phạm Thị Mai');
    expect(await phone.textContent('[data-offline]')).toContain('Không có mạng');
    await looksRight(phone);
    await phone.fill('#qr', await qrText());
    await phone.click('button.secondary');
    await phone.waitForSelector('[role=alert]');
    expect(await phone.textContent('[role=alert]')).toContain('Không có kết nối mạng');
    await phone.context().setOffline(false);
    await phone.waitForSelector('[data-offline]', { state: 'detached' });
  });

  it('keeps nothing of the account beside its page: no answer of the device API, no address with anything in it', async () => {
    const phone = await newPhone();
    await enrol(phone);
    await phone.waitForSelector('#qr');
    await phone.evaluate('navigator.serviceWorker.ready.then(() => true)');
    const kept = await phone.evaluate<{ url: string; text: string }[]>(`(async () => {
      const found = [];
      for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys())
          found.push({ url: request.url, text: await (await caches.match(request)).text() });
      return found;
    })()`);
    const paths = kept.map(({ url }) => new URL(url).pathname + new URL(url).search);
    expect(paths).toContain('/app');
    expect(paths.filter((path) => path !== '/app' && !path.startsWith('/assets/'))).toEqual([]);
    expect(kept.filter(({ text }) => text.includes('Mai') || text.includes(mai.id_number))).toEqual([]);
  });

  it('may be installed, by the rules of the browser', async () => {
    const phone = await newPhone();
    await phone.goto(`${provider.issuer}/app`);
    await phone.evaluate('navigator.serviceWorker.ready.then(() => true)');
    const session = await phone.context().newCDPSession(phone);
    const { errors } = await session.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
  });
});
