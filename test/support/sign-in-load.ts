import { decodeJwt } from 'jose';
import type { AccountId } from '#src/kernel/identifier.ts';
import { PhoneRefused } from '#src/phone/device-client.ts';
import { createVirtualPhone, enrolPhone, readPayload } from '#src/phone/virtual-phone.ts';
import type { DrillPerson, DrillWorld } from './drill-world.ts';
import { FormBrowser, type Page } from './form-browser.ts';
import { numberOf, qrOf } from './phone-world.ts';
import type { Service, Tokens } from './service.ts';

/** An answer that was not hoped for, or none. Times are of `performance.now()`. */
export interface Trouble {
  readonly where: string;
  readonly began: number;
  readonly ended: number;
  /** 0: the connection was dropped or refused. */
  readonly status: number;
  /** What makes a 503 one that people and programs can work with; empty when nothing is missing. */
  readonly lacks: string;
  readonly detail: string;
}

export interface Redeemed {
  readonly service: Service;
  /** A code or a refresh token that was used. */
  readonly secret: string;
  readonly verifier?: string;
}

/** What was acknowledged, and must therefore stand; what went wrong, and when. */
export class Ledger {
  readonly consents: { readonly account: AccountId; readonly clientId: string }[] = [];
  readonly devices: string[] = [];
  readonly approvals: string[] = [];
  readonly locks: AccountId[] = [];
  readonly codes: Redeemed[] = [];
  readonly refreshTokens: Redeemed[] = [];
  /** Codes and refresh tokens for which two parties got tokens. */
  readonly usedTwice: string[] = [];
  readonly troubles: Trouble[] = [];
  /** When sign-ins were complete, tokens in hand. */
  readonly signIns: { readonly began: number; readonly ended: number; readonly level: string }[] = [];
  refreshes = 0;
  requests = 0;
  slowestMs = 0;

  /** One request, timed; what is wrong with its answer is written down. */
  async fetch(where: string, url: string, init: RequestInit = {}): Promise<Response> {
    const began = performance.now();
    this.requests += 1;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(30_000), ...init });
      if (response.status >= 400) await this.#note(where, began, response.clone());
      this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
      return response;
    } catch (thrown) {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
      const { message, cause } = thrown as Error;
      this.trouble({ where, began, status: 0, detail: `${message} ${(cause as Error | undefined)?.message ?? ''}` });
      throw new Abandoned();
    }
  }

  trouble(trouble: Omit<Trouble, 'ended' | 'lacks'> & { readonly lacks?: string }): void {
    this.troubles.push({ lacks: '', ...trouble, ended: performance.now() });
  }

  async #note(where: string, began: number, response: Response): Promise<void> {
    const body = await response.text().catch(() => '');
    const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
    const isReadable = isPage ? /<h1>[^<]+[\s\S]*data-reference/.test(body) : /^\{.*"(error|code|status)":/.test(body);
    const lacks = [response.headers.has('retry-after') ? '' : 'Retry-After', isReadable ? '' : 'a readable body'].filter(Boolean);
    const heading = isPage ? (/<h1>([^<]*)/.exec(body)?.[1] ?? '') : body.slice(0, 200);
    this.trouble({ where, began, status: response.status, lacks: lacks.join(', '), detail: heading });
  }
}

/** An attempt that ended early; why is in the ledger. */
class Abandoned extends Error {}

class LedgerBrowser extends FormBrowser {
  readonly #ledger: Ledger;
  constructor(ledger: Ledger) {
    super();
    this.#ledger = ledger;
  }
  protected override send(url: string, init: RequestInit): Promise<Response> {
    return this.#ledger.fetch(`${init.method ?? 'GET'} ${new URL(url).pathname.replace(/[\w-]{21,}/, '…')}`, url, init);
  }
}

/** The page, when it is one that a sign-in goes on from. */
function well(page: Page): Page {
  if (page.status >= 400) throw new Abandoned();
  return page;
}

async function askToken(ledger: Ledger, { provider }: Service, fields: Record<string, string>): Promise<Tokens | undefined> {
  const body = new URLSearchParams(fields);
  const init = { method: 'POST', body, headers: { accept: 'application/json' } };
  const response = await ledger.fetch(`POST /token ${fields['grant_type']}`, `${provider.issuer}/token`, init);
  return response.status === 200 ? ((await response.json()) as Tokens) : undefined;
}

const redemption = ({ service, secret, verifier = '' }: Redeemed) => ({
  grant_type: 'authorization_code',
  code: secret,
  redirect_uri: service.redirectUri,
  code_verifier: verifier,
  client_id: service.id,
});
const refreshing = ({ service, secret }: Redeemed) => ({
  grant_type: 'refresh_token',
  refresh_token: secret,
  client_id: service.id,
});

/** Uses something that works once from two sides at the same moment; a refusal of one of them is what should happen. */
async function useTwice(ledger: Ledger, once: Redeemed, fields: Record<string, string>): Promise<void> {
  const shadow = new Ledger();
  const both = await Promise.allSettled([askToken(shadow, once.service, fields), askToken(shadow, once.service, fields)]);
  ledger.requests += 2;
  ledger.slowestMs = Math.max(ledger.slowestMs, shadow.slowestMs);
  ledger.troubles.push(...shadow.troubles.filter(({ status }) => status !== 400));
  const won = both.filter((each) => each.status === 'fulfilled' && each.value !== undefined);
  if (won.length > 1) ledger.usedTwice.push(`${fields['grant_type']} ${once.secret}`);
}

/** Code to tokens, and once more by the refresh token; every few times both are used from two sides at once. */
async function takeTokens(ledger: Ledger, once: Redeemed, turn: number): Promise<Tokens | undefined> {
  if (turn % 6 === 1) {
    await useTwice(ledger, once, redemption(once));
    return undefined;
  }
  const tokens = await askToken(ledger, once.service, redemption(once));
  if (tokens === undefined) throw new Abandoned();
  ledger.codes.push(once);
  return tokens;
}

async function refresh(ledger: Ledger, service: Service, tokens: Tokens, turn: number): Promise<void> {
  const once = { service, secret: tokens.refresh_token ?? '' };
  if (turn % 6 === 3) return useTwice(ledger, once, refreshing(once));
  const next = await askToken(ledger, service, refreshing(once));
  if (next === undefined) throw new Abandoned();
  ledger.refreshTokens.push(once);
  ledger.refreshes += 1;
}

/** Answers the pages between a proof and the service, with consent to the e-mail address. */
async function backAtService(browser: FormBrowser, start: Page, service: Service): Promise<Page> {
  let page = well(start);
  for (const button of ['continue', 'approve'])
    if (!page.url.startsWith(service.redirectUri) && page.html.includes(`value="${button}"`))
      page = well(await browser.press(page, button, button === 'approve' ? { grant: ['email'] } : {}, service.redirectUri));
  return page;
}

function codeIn(ledger: Ledger, page: Page, service: Service, began: number): string {
  const code = page.url.startsWith(service.redirectUri) ? new URL(page.url).searchParams.get('code') : null;
  if (code !== null) return code;
  const heading = /<h1>([^<]*)/.exec(page.html)?.[1] ?? page.html.slice(0, 100);
  ledger.trouble({ where: 'the way back', began, status: page.status, detail: `no code at ${page.url}: ${heading}` });
  throw new Abandoned();
}

async function passwordSignIn(world: DrillWorld, ledger: Ledger, person: DrillPerson, service: Service, turn: number) {
  const began = performance.now();
  const browser = new LedgerBrowser(ledger);
  const { url, verifier } = service.authorize({ scope: 'openid email offline_access' });
  const form = well(await browser.open(url, {}, service.redirectUri));
  const entry = { id_number: person.idNumber, password: world.password };
  const consent = well(await browser.press(form, 'continue', entry, service.redirectUri));
  const back = await backAtService(browser, consent, service);
  const once = { service, verifier, secret: codeIn(ledger, back, service, began) };
  ledger.consents.push({ account: person.account, clientId: service.id });
  const tokens = await takeTokens(ledger, once, turn);
  if (tokens === undefined) return;
  await refresh(ledger, service, tokens, turn);
  ledger.signIns.push({ began, ended: performance.now(), level: String(decodeJwt(tokens.id_token)['acr']) });
}

/** A call of the device API, written down like a request. */
async function call<Answer>(ledger: Ledger, where: string, ask: () => Promise<Answer>): Promise<Answer> {
  const began = performance.now();
  ledger.requests += 1;
  try {
    return await ask();
  } catch (thrown) {
    if (!(thrown instanceof PhoneRefused)) throw thrown;
    ledger.trouble({ where: `phone: ${where}`, began, status: thrown.status, detail: thrown.code });
    throw new Abandoned();
  } finally {
    ledger.slowestMs = Math.max(ledger.slowestMs, performance.now() - began);
  }
}

/** A new phone, a sign-in approved with it, and then its person locks the account with it. */
async function phoneSignIn(world: DrillWorld, ledger: Ledger, person: DrillPerson, service: Service) {
  const began = performance.now();
  const { issuer } = service.provider;
  // issued beside the server under test, so that it is there
  const { code } = await world.patiently(() => world.application.enrolmentCodes.issue(person.account, { vouched: true }));
  const phone = createVirtualPhone(await call(ledger, 'enrol', () => enrolPhone(issuer, code)));
  ledger.devices.push(phone.state.deviceId);
  const browser = new LedgerBrowser(ledger);
  const { url, verifier } = service.authorize({ scope: 'openid email' });
  const page = well(await browser.open(url));
  const approval = await call(ledger, 'scan', () => phone.scan(qrOf(page)));
  const shown = well(await browser.open(page.url));
  const granted = readPayload(approval).claims.map(({ name }) => name);
  const decision = { decision: 'approve', number: numberOf(shown), granted } as const;
  await call(ledger, 'decide', () => phone.decide(approval, decision));
  ledger.approvals.push(approval.id);
  const back = await backAtService(browser, well(await browser.open(page.url, {}, service.redirectUri)), service);
  const once = { service, verifier, secret: codeIn(ledger, back, service, began) };
  ledger.consents.push({ account: person.account, clientId: service.id });
  const tokens = await takeTokens(ledger, once, 0);
  ledger.signIns.push({ began, ended: performance.now(), level: String(decodeJwt(tokens?.id_token ?? '')['acr']) });
  await call(ledger, 'lock', () => phone.lock());
  ledger.locks.push(person.account);
}

/** After trouble a person waits a little before trying again. */
const backOffMs = 300;

export interface SignInLoad {
  readonly ledger: Ledger;
  /** Resolves when so many sign-ins more have been completed. */
  more(count: number, withinMs?: number): Promise<void>;
  /** Lets what runs come to its end. */
  stop(): Promise<Ledger>;
}

/** Signs people in, one after the other in each of a few lanes, until it is stopped: by password with consent, code and refresh, and by phone. */
export function startSignIns(world: DrillWorld, { byPassword = 4, byPhone = 1 } = {}): SignInLoad {
  const ledger = new Ledger();
  let isStopping = false;
  let turns = 0;

  async function lane(signIn: (turn: number) => Promise<void>): Promise<void> {
    while (!isStopping) {
      const turn = turns++;
      try {
        await signIn(turn);
      } catch (thrown) {
        if (!(thrown instanceof Abandoned)) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, backOffMs));
      }
    }
  }

  const lanes = [
    ...Array.from({ length: byPassword }, () =>
      lane((turn) => passwordSignIn(world, ledger, world.nextPerson(), world.nextService(), turn)),
    ),
    ...Array.from({ length: byPhone }, () => lane(() => phoneSignIn(world, ledger, world.nextPhonePerson(), world.nextService()))),
  ];
  const running = Promise.all(lanes);
  running.catch(() => {
    isStopping = true;
  });

  return {
    ledger,
    async more(count, withinMs = 20_000) {
      const wanted = ledger.signIns.length + count;
      const until = performance.now() + withinMs;
      while (ledger.signIns.length < wanted) {
        if (isStopping) await running;
        if (performance.now() > until)
          throw new Error(
            `only ${ledger.signIns.length - wanted + count} of ${count} sign-ins came; last: ${JSON.stringify(ledger.troubles.slice(-3))}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async stop() {
      isStopping = true;
      await running;
      return ledger;
    },
  };
}

/** Uses up again what was used up already: the requests that must all be refused. */
export async function useAgain({ codes, refreshTokens }: Ledger, most = 40): Promise<string[]> {
  const shadow = new Ledger();
  const again = [
    ...codes.slice(-most).map((once) => [once, redemption(once)] as const),
    ...refreshTokens.slice(-most).map((once) => [once, refreshing(once)] as const),
  ];
  const used = await Promise.all(
    again.map(async ([once, fields]) =>
      (await askToken(shadow, once.service, fields)) === undefined ? [] : `${fields.grant_type} ${once.secret}`,
    ),
  );
  return used.flat();
}
