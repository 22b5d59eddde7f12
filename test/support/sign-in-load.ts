import { FormBrowser } from './form-browser.ts';
import type { Service } from './service.ts';

/** What one turn of the load did not get done. */
export interface Failure {
  /** `performance.now()` when it began and ended. */
  readonly began: number;
  readonly ended: number;
  readonly what: string;
}

export interface Redeemed {
  readonly code: string;
  readonly verifier: string;
}

export interface LoadReport {
  readonly done: number;
  readonly failures: readonly Failure[];
  /** Codes that were redeemed with success. */
  readonly redeemed: readonly Redeemed[];
  /** Whose consent the provider has acknowledged. */
  readonly consented: ReadonlySet<string>;
}

export interface Load {
  readonly done: () => number;
  stop(): Promise<LoadReport>;
}

interface Person {
  readonly id_number: string;
  readonly password: string;
}

/** People sign in in fresh browsers, agree, get tokens, refresh and read userinfo, over and over, until they are stopped. */
export function startLoad(service: Service, people: readonly Person[], workers = 3): Load {
  const failures: Failure[] = [];
  const redeemed: Redeemed[] = [];
  const consented = new Set<string>();
  let done = 0;
  let next = 0;
  let isStopping = false;

  async function turn(person: Person): Promise<void> {
    const browser = new FormBrowser();
    const { url, verifier } = service.authorize({ scope: 'openid profile offline_access' });
    let page = await browser.open(url, {}, service.redirectUri);
    page = await browser.press(page, 'continue', { id_number: person.id_number, password: person.password }, service.redirectUri);
    const asksConsent = page.html.includes('value="approve"');
    if (asksConsent) page = await browser.press(page, 'approve', { grant: ['name'] }, service.redirectUri);
    if (!page.url.startsWith(service.redirectUri)) throw new Error(`page ${page.status}`);
    if (asksConsent) consented.add(person.id_number);
    const { status, tokens } = await service.redeem(page, verifier);
    if (status !== 200) throw new Error(`token ${status}`);
    redeemed.push({ code: new URL(page.url).searchParams.get('code') ?? '', verifier });
    const refreshed = await service.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' });
    if (refreshed.status !== 200) throw new Error(`refresh ${refreshed.status}`);
    await refreshed.arrayBuffer();
    if (!('name' in (await service.userinfo(tokens)))) throw new Error('userinfo without the name that was granted');
  }

  async function loop(): Promise<void> {
    while (!isStopping) {
      const began = performance.now();
      try {
        await turn(people[next++ % people.length] as Person);
        done += 1;
      } catch (fault) {
        const { message, cause } = fault as Error;
        failures.push({ began, ended: performance.now(), what: cause === undefined ? message : `${message}: ${String(cause)}` });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  const loops = Array.from({ length: workers }, loop);
  return {
    done: () => done,
    async stop() {
      isStopping = true;
      await Promise.all(loops);
      return { done, failures, redeemed, consented };
    },
  };
}
