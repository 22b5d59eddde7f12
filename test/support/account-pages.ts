import type { AccountId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone, readPayload, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { FormBrowser, formsOf, type Page } from './form-browser.ts';
import { MovingClock } from './moving-clock.ts';
import { lan, numberOf, qrOf } from './phone-world.ts';
import { startProvider, type TestProvider } from './running-provider.ts';

/** Somebody who looks after their account, in a browser without scripts. */
export interface Owner {
  readonly id: AccountId;
  readonly browser: FormBrowser;
  readonly person: { readonly id_number: string; readonly password: string };
  phone: VirtualPhone | undefined;
  /** Opens an address in this browser, or another one, and signs in there when asked, with what there is. */
  open(path: string, browser?: FormBrowser): Promise<Page>;
}

const csrfOf = (page: Page): string =>
  formsOf(page.html)
    .flatMap(({ fields }) => fields)
    .find(([name]) => name === 'csrf')?.[1] ?? '';

/** A provider with a clock that can be moved, and people with accounts of either level. */
export async function openAccountPages(environment: Readonly<Record<string, string>> = {}) {
  const clock = new MovingClock();
  const provider: TestProvider = await startProvider({ clock, environment });
  const { application } = provider;
  const address = (path: string): string => (path.startsWith('/') ? provider.issuer + path : path);
  let count = 0;

  async function newPhone(id: AccountId): Promise<VirtualPhone> {
    const { code } = await application.enrolmentCodes.issue(id, { vouched: true });
    return createVirtualPhone(await enrolPhone(provider.issuer, code, { name: 'Điện thoại cũ' }));
  }

  async function signIn(owner: Owner, browser: FormBrowser, first: Page): Promise<Page> {
    let page = first;
    for (let step = 0; step < 6 && page.url.includes('/interaction/'); step += 1) {
      if (page.html.includes('value="approve"')) page = await browser.press(page, 'approve');
      else if (page.html.includes('data-qr=') && owner.phone !== undefined) {
        const approval = await owner.phone.scan(qrOf(page));
        const number = numberOf(await browser.open(page.url));
        const needed = readPayload(approval).number_required ? { number } : {};
        await owner.phone.decide(approval, { decision: 'approve', ...needed });
        page = await browser.open(page.url);
      } else if (page.html.includes('name="password"')) page = await browser.press(page, 'continue', owner.person);
      else page = await browser.press(page, 'continue');
    }
    return page;
  }

  async function addOwner(
    given: string,
    {
      level = 2,
      phone = false,
      password = 'sen hong 2026',
      members = {},
    }: { level?: 1 | 2; phone?: boolean; password?: string; members?: { readonly id_number?: string } } = {},
  ): Promise<Owner> {
    count += 1;
    const idNumber = members.id_number ?? `0001900${String(count).padStart(5, '0')}`;
    const id = await provider.addPerson({
      ...lan,
      id_number: idNumber,
      phone: `09120${String(count).padStart(5, '0')}`,
      name: { family: 'Nguyễn', middle: '', given },
      identity_level: level,
      password,
      ...members,
    });
    const owner: Owner = {
      id,
      browser: new FormBrowser(),
      person: { id_number: idNumber, password },
      phone: phone ? await newPhone(id) : undefined,
      async open(path, browser = owner.browser) {
        return signIn(owner, browser, await browser.open(address(path)));
      },
    };
    return owner;
  }

  return { clock, provider, application, address, addOwner, newPhone, csrfOf, signIn };
}

export type AccountPagesWorld = Awaited<ReturnType<typeof openAccountPages>>;
