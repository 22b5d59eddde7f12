import type { AccountId } from '#src/kernel/identifier.ts';
import { PhoneRefused } from '#src/phone/device-client.ts';
import { createVirtualPhone, enrolPhone, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { FormBrowser, type Page } from './form-browser.ts';
import { MovingClock } from './moving-clock.ts';
import { startProvider, type TestProvider } from './running-provider.ts';
import type { Service } from './service.ts';

export const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};

/** What the text of a page's QR says, and the number to type. */
export const qrOf = (page: Page): string => /data-qr="([^"]+)"/.exec(page.html)?.[1] ?? '';
export const numberOf = (page: Page): string => /data-number[^>]*>(\d\d)</.exec(page.html)?.[1] ?? '';

/** The code of a refusal; fails when it was not refused. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const refused = await promise.then(
    () => new Error('was not refused'),
    (reason: unknown) => reason,
  );
  if (!(refused instanceof PhoneRefused)) throw refused;
  return refused.code;
}

/** A provider with a clock that can be moved, one person, and as many phones as asked for. */
export async function openPhoneWorld(people: readonly object[] = [lan], environment: Readonly<Record<string, string>> = {}) {
  const clock = new MovingClock();
  const provider: TestProvider = await startProvider({ clock, environment });
  const ids: AccountId[] = [];
  for (const person of people) ids.push(await provider.addPerson(person));
  const owner = ids[0] as AccountId;
  const newCode = async (): Promise<string> => (await provider.application.enrolmentCodes.issue(owner, { vouched: true })).code;
  return {
    clock,
    provider,
    owner,
    newCode,
    newPhone: async (): Promise<VirtualPhone> => createVirtualPhone(await enrolPhone(provider.issuer, await newCode())),
    /** A page whose QR this phone has scanned. */
    async scanned(service: Service, phone: VirtualPhone, params = {}) {
      const browser = new FormBrowser();
      const request = service.authorize(params);
      const page = await browser.open(request.url);
      const approval = await phone.scan(qrOf(page));
      return { browser, page, approval, number: numberOf(await browser.open(page.url)), ...request };
    },
  };
}

export type PhoneWorld = Awaited<ReturnType<typeof openPhoneWorld>>;
