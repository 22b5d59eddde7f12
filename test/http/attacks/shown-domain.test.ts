import { afterAll, beforeAll, expect, it } from 'vitest';
import { approvals } from '#src/approvals/collections.ts';
import { clients } from '#src/clients/collections.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import { readPayload, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld, qrOf } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

/** Pages say where a service is; the policy of the page names the address that its form may lead to, which is no word for people. */
const shown = (html: string): string[] =>
  Array.from(html.matchAll(/class="(?:big-)?domain[^"]*".*?<\/p>|class="domain"[^/]*/g), ([each]) => each);

const bankHost = 'nganhang.example';
const otherHost = 'ke-gian.example';

let world: PhoneWorld;
let phone: VirtualPhone;
beforeAll(async () => {
  world = await openPhoneWorld();
  phone = await world.newPhone();
});
afterAll(() => world.provider.stop());

it('a service with several addresses does not show one and send its person to another, on no page, phone or receipt', async () => {
  const { provider, owner } = world;
  const two = [`https://${bankHost}/cb`, `https://${otherHost}/cb`];
  const service = await Service.register(provider, 'two', { redirect_uris: two, sector: bankHost });
  const browser = new FormBrowser();
  const request = service.authorize({ redirect_uri: two[1], scope: 'openid profile' });
  const signIn = await browser.open(request.url);
  const approval = await phone.scan(qrOf(signIn));
  expect(readPayload(approval)).toMatchObject({ client: { domain: otherHost } });
  const byPassword = new FormBrowser();
  const first = await byPassword.open(service.authorize({ redirect_uri: two[1], scope: 'openid profile' }).url);
  const person = { id_number: lan.id_number, password: lan.password };
  const consent = await byPassword.press(first, 'continue', person, two[1]);
  for (const page of [signIn, first, consent]) {
    expect(shown(page.html).join()).toContain(otherHost);
    expect(page.html).not.toContain(bankHost);
  }
  await byPassword.press(consent, 'approve', { grant: 'name' }, two[1]);
  const consented = await findConsent(provider.application.store, owner, 'two');
  expect(Object.values(consented?.words ?? {}).map(({ domain }) => domain)).toEqual([otherHost]);
});

it("an app does not show a web page's address in the place of its own scheme", async () => {
  const app = {
    application_type: 'native',
    redirect_uris: ['example.ke-gian.app:/cb'],
    client_uri: `https://${bankHost}/`,
    sector: bankHost,
  };
  const service = await Service.register(world.provider, 'app', app);
  const page = await new FormBrowser().open(service.authorize({ redirect_uri: 'example.ke-gian.app:/cb' }).url);
  expect(shown(page.html).join()).toContain('example.ke-gian.app');
  expect(page.html).not.toContain(bankHost);
});

it('a service that asks by itself does not show a page that it merely names, and in a trial none at all', async () => {
  const { provider } = world;
  const asked = async (id: string, stage: 'production' | 'sandbox', more: object) => {
    const service = await registerBackchannelService(provider, id, { client_uri: `https://${bankHost}/`, ...more });
    await provider.application.store.patch(clients, id, {}, { set: { stage } });
    await ask(service, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    // the list also has what was scanned before
    const [waiting] = await provider.application.store.find(approvals, 'waiting', world.owner);
    const approval = await phone.open(waiting?.id ?? '');
    await phone.decide(approval, { decision: 'deny' });
    return readPayload(approval).client.domain;
  };
  expect(await asked('other', 'production', { sector: otherHost })).toBe(otherHost);
  expect(await asked('trial', 'sandbox', { sector: bankHost })).toBe('sandbox.invalid');
});
