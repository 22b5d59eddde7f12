import type { Role } from '#src/clients/actor.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone, readPayload, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { grantRole } from '#src/staff/staff-roles.ts';
import { FormBrowser, type Page } from './form-browser.ts';
import { MovingClock } from './moving-clock.ts';
import { lan, numberOf, qrOf } from './phone-world.ts';
import { startProvider, type TestProvider } from './running-provider.ts';

/** A new service as its form is sent. */
export const shopForm = {
  client_id: 'shop',
  name_vi: 'Cửa hàng Hoa',
  name_en: 'Flower shop',
  redirects: 'http://localhost:9/shop/cb',
  kind: 'private',
  purpose_vi: 'Giao hoa tận nhà',
  purpose_en: 'Delivering flowers to your home',
  claims: ['name', 'address'],
  level: 'urn:senid:acr:id1-auth1',
  advanced: '',
};

/** Somebody with a phone, in a browser without scripts. */
export interface Staff {
  readonly id: AccountId;
  readonly browser: FormBrowser;
  readonly phone: VirtualPhone;
  /** Opens an address, and signs in there when it is asked for. */
  open(path: string, userVerification?: 'face' | 'pin'): Promise<Page>;
}

/** A provider with a clock that can be moved, and people who look after services. */
export async function openConsoleWorld(environment: Readonly<Record<string, string>> = {}) {
  const clock = new MovingClock();
  const provider: TestProvider = await startProvider({ clock, environment });
  const { application } = provider;
  let count = 0;

  async function addStaff(given: string, roles: readonly Role[]): Promise<Staff> {
    count += 1;
    const id = await provider.addPerson({
      ...lan,
      id_number: `0001900${String(count).padStart(5, '0')}`,
      phone: `09120${String(count).padStart(5, '0')}`,
      name: { family: 'Nguyễn', middle: '', given },
    });
    for (const role of roles) await grant(id, role);
    const { code } = await application.enrolmentCodes.issue(id, { vouched: true });
    const phone = createVirtualPhone(await enrolPhone(provider.issuer, code));
    const browser = new FormBrowser();
    return {
      id,
      browser,
      phone,
      async open(path, userVerification = 'face') {
        let page = await browser.open(provider.issuer + path);
        if (!page.url.includes('/interaction/')) return page;
        const approval = await phone.scan(qrOf(page));
        const number = numberOf(await browser.open(page.url));
        const payload = readPayload(approval);
        await phone.decide(approval, {
          decision: 'approve',
          userVerification,
          ...(payload.number_required ? { number } : {}),
        });
        page = await browser.open(page.url);
        for (const button of ['continue', 'approve'])
          if (page.html.includes(`value="${button}"`) && page.url.includes('/interaction/'))
            page = await browser.press(page, button);
        return page;
      },
    };
  }

  async function grant(id: AccountId, role: Role): Promise<void> {
    const account = await application.accounts.get(id);
    if (account === undefined) throw new Error('no such person');
    await grantRole(application, account, { role, by: 'operator:test', reason: 'a test' });
  }

  return { clock, provider, application, addStaff };
}

export type ConsoleWorld = Awaited<ReturnType<typeof openConsoleWorld>>;
