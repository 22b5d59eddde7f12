import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canBrowse, launchBrowser } from '#test/support/browser.ts';
import { type PageGallery, startPageGallery } from '#test/support/page-gallery.ts';
import { pageSamples } from '#test/support/page-samples.ts';

const names = pageSamples('vi').map(({ name }) => name);
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The words change with the language and the colours with the scheme: contrast is looked at once in each scheme, the rest once in each language. */
const contrast = 'color-contrast';
const looks: readonly {
  readonly scheme: 'light' | 'dark';
  readonly language: 'vi' | 'en';
  readonly rules: string;
  readonly isWhole: boolean;
  readonly options: Parameters<AxeBuilder['options']>[0];
}[] = [
  { scheme: 'light', language: 'vi', rules: 'every rule', isWhole: true, options: { runOnly: { type: 'tag', values: wcag } } },
  {
    scheme: 'light',
    language: 'en',
    rules: 'all but contrast',
    isWhole: false,
    options: { runOnly: { type: 'tag', values: wcag }, rules: { [contrast]: { enabled: false } } },
  },
  { scheme: 'dark', language: 'vi', rules: 'contrast', isWhole: false, options: { runOnly: { type: 'rule', values: [contrast] } } },
];

let gallery: PageGallery;
let browser: Browser;

const newPage = async (more: object = {}): Promise<Page> => {
  const context: BrowserContext = await browser.newContext({ viewport: { width: 360, height: 740 }, ...more });
  return context.newPage();
};

async function open(page: Page, name: string, language: 'vi' | 'en'): Promise<void> {
  await page.goto(gallery.url(name, language));
  if (name === 'app') await page.waitForSelector('#code');
}

/** Every kind of element with the classes it and its parents have: what decides how it looks and what it is called. */
const partsOf =
  "[...document.querySelectorAll('body *')].map((each) => [each, each.parentElement].map((one) => one.tagName + '.' + one.className).join(' < '))";

const sideways = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const focused = "document.activeElement?.id || document.activeElement?.getAttribute('value') || document.activeElement?.tagName";

/** What the Tab key stops at, in order. */
async function tabStops(page: Page, many: number): Promise<string[]> {
  const stops: string[] = [];
  for (let n = 0; n < many; n += 1) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate<string>(focused));
  }
  return stops;
}

describe.skipIf(!canBrowse())('every state of every page, in a real browser', () => {
  beforeAll(async () => {
    [gallery, browser] = await Promise.all([startPageGallery(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    gallery?.stop();
  });

  it.each(looks)(
    'meets WCAG 2.2 AA by axe ($scheme, $language, $rules)',
    { timeout: 180_000 },
    async ({ scheme, language, options, isWhole }) => {
      const page = await newPage({ colorScheme: scheme });
      const found: string[] = [];
      const seen = new Set<string>();
      for (const name of names) {
        await open(page, name, language);
        // whole pages once; of the others those with a part that none before had
        const parts = await page.evaluate<string[]>(partsOf);
        if (!isWhole && parts.every((part) => seen.has(part))) continue;
        for (const part of parts) seen.add(part);
        const { violations } = await new AxeBuilder({ page })
          .options({ ...options, resultTypes: ['violations'] })
          // our pages have no frames: without this every look opens another tab
          .setLegacyMode()
          .analyze();
        found.push(...violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes[0]?.html}`));
      }
      expect(found).toEqual([]);
    },
  );

  describe('walked through once', () => {
    const widths = [
      ['200 % text at 360 px', 360, '225%'],
      ['400 % zoom of a desk (320 px)', 320, ''],
      ['a desk of 1280 px', 1280, ''],
    ] as const;
    /** What is lower than it must be, by its class; of buttons and fields, what is shown. */
    const lowElements = `[['button, input:not([type=checkbox])', 48, true], ['a.button', 48], ['input[type=checkbox], summary', 24]].flatMap(
      ([kind, least, ifShown]) =>
        [...document.querySelectorAll(kind)]
          .filter((each) => !ifShown || each.checkVisibility({ visibilityProperty: true }))
          .filter((each) => each.getBoundingClientRect().height < least)
          .map((each) => each.tagName + '.' + each.className))`;
    const complaints: string[] = [];
    const small: string[] = [];
    const wide = new Map<string, string[]>();

    async function look(page: Page, name: string): Promise<void> {
      await page.setViewportSize({ width: 360, height: 740 });
      await open(page, name, 'vi');
      small.push(...(await page.evaluate<string[]>(lowElements)).map((each) => `${name}: ${each}`));
      for (const [how, width, fontSize] of widths) {
        await page.setViewportSize({ width, height: 740 });
        await page.evaluate(`document.documentElement.style.setProperty('font-size', '${fontSize}')`);
        if ((await page.evaluate<number>(sideways)) > 0) wide.set(how, [...(wide.get(how) ?? []), name]);
      }
    }

    beforeAll(async () => {
      const page = await newPage();
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
      });
      for (const name of names) await look(page, name);
    }, 180_000);

    it('breaks no content security policy and asks for nothing that is not there', () => {
      expect(complaints).toEqual([]);
    });

    it.each(widths)('does not scroll sideways: %s', (how) => {
      expect(wide.get(how) ?? []).toEqual([]);
    });

    it('has nothing to press or tick that is smaller than 24 px, and no button or field lower than 48 px', () => {
      expect(small).toEqual([]);
    });
  });

  it('the sign-in page is walked by keyboard from the top: language, QR, number, password, sign in, cancel', async () => {
    const page = await newPage({ viewport: { width: 1280, height: 800 } });
    await open(page, 'sign-in', 'vi');
    await page.waitForSelector('[data-qr-full]:not([hidden])');
    expect(await tabStops(page, 9)).toEqual(['A', 'A', 'A', 'BUTTON', 'SUMMARY', 'id_number', 'password', 'continue', 'cancel']);
  });

  it('the consent page is walked by keyboard: every box in its order, then agree, then cancel; Space ticks', async () => {
    const page = await newPage();
    await open(page, 'consent-ask', 'en');
    const stops = await tabStops(page, 10);
    expect(stops.slice(3)).toEqual(['grant-0', 'grant-1', 'grant-2', 'grant-3', 'grant-4', 'approve', 'cancel']);
    await page.focus('#grant-1');
    await page.keyboard.press('Space');
    expect(await page.isChecked('#grant-1')).toBe(true);
  });

  it('the account is walked by keyboard: sign out, then each section in its order, the lock last', async () => {
    const page = await newPage();
    await open(page, 'account-overview', 'vi');
    const many = await page.locator('.ways a').count();
    expect(many).toBeGreaterThanOrEqual(8);
    expect((await tabStops(page, 4 + many)).slice(3)).toEqual(['sign-out', ...Array<string>(many).fill('A')]);
    expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe('/account/lock');
  });

  it('a wrong entry is read out first: the alert has the focus', async () => {
    const page = await newPage();
    await open(page, 'sign-in-wrong', 'vi');
    await page.waitForFunction("document.activeElement?.id === 'problem'");
    expect(await page.getAttribute('#problem', 'role')).toBe('alert');
  });

  it('saying no weighs as much as saying yes: both buttons are filled and equally large', async () => {
    const page = await newPage({ viewport: { width: 1280, height: 800 } });
    for (const name of ['consent-ask', 'confirm-person', 'sign-out']) {
      await open(page, name, 'vi');
      const [yes, no] = await Promise.all(['.equal .primary', '.equal .secondary'].map((each) => page.locator(each).boundingBox()));
      expect([name, no?.width, no?.height]).toEqual([name, yes?.width, yes?.height]);
      const ground = (selector: string): Promise<string> =>
        page.evaluate(`getComputedStyle(document.querySelector('${selector}')).backgroundColor`);
      expect(await ground('.equal .secondary')).not.toBe(await ground('.card'));
    }
  });
});

describe.skipIf(!canBrowse())('the script of the sign-in page', () => {
  beforeAll(async () => {
    [gallery, browser] = await Promise.all([startPageGallery(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    gallery?.stop();
  });

  const eventStream = (body: string) => ({ status: 200, contentType: 'text/event-stream', body });

  it('draws the frame of the moment and keeps its text for those who cannot scan', async () => {
    const page = await newPage();
    await page.route('**/sample/events', (route) =>
      route.fulfill(eventStream('event: qr\ndata: https://id.example/q#next.2.mac\n\n')),
    );
    await open(page, 'sign-in', 'vi');
    await page.waitForSelector('[data-qr="https://id.example/q#next.2.mac"] svg[role=img][aria-label]');
    expect(await page.textContent('[data-qr-text]')).toBe('https://id.example/q#next.2.mac');
  });

  it('does not lose a password that is being typed when the QR is over', async () => {
    const page = await newPage();
    const { promise: typed, resolve: goOn } = Promise.withResolvers<void>();
    await page.route('**/sample/events', async (route) => {
      await typed;
      await route.fulfill(eventStream('event: expired\ndata: \n\n'));
    });
    await open(page, 'sign-in', 'vi');
    await page.fill('#password', 'sen hồng');
    goOn();
    await page.waitForSelector('[data-status].status');
    expect(await page.textContent('[data-status]')).toContain('Mã QR đã hết hạn');
    expect(await page.inputValue('#password')).toBe('sen hồng');
    expect(await page.locator('[data-qr]').count()).toBe(0);
  });

  it('looks again at once when the phone has answered', async () => {
    const page = await newPage();
    let opened = 0;
    await page.route('**/sample/events', (route) => {
      opened += 1;
      return route.fulfill(opened === 1 ? eventStream('event: approved\ndata: \n\n') : { status: 204 });
    });
    await page.goto(gallery.url('waiting-number', 'vi'), { waitUntil: 'commit' });
    // the second page listens too: the first has gone, perhaps before it had loaded to the end
    await expect.poll(() => opened).toBe(2);
  });

  it('counts down every second, and says so aloud at 60, 30 and 10 seconds only', async () => {
    const page = await newPage();
    await page.clock.install();
    await open(page, 'waiting-number', 'vi');
    await page.clock.runFor(20_000);
    expect(await page.textContent('[data-seconds-left]')).toBe('Còn 76 giây');
    expect(await page.textContent('[data-time-told]')).toBe('');
    await page.clock.runFor(20_000);
    expect(await page.textContent('[data-time-told]')).toBe('Còn 60 giây');
    await page.clock.runFor(50_000);
    expect(await page.textContent('[data-time-told]')).toBe('Còn 10 giây');
    await page.clock.runFor(60_000);
    expect(await page.textContent('[data-seconds-left]')).toBe('Còn 0 giây');
  });
});
