import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

let provider: TestProvider;
let service: Service;
beforeAll(async () => {
  provider = await startProvider({ environment: { SENID_TRUST_PROXY: 'true' } });
  service = await Service.register(provider, 'rp');
});
afterAll(() => provider.stop());

const begin = (forwardedFor: string): Promise<Response> =>
  fetch(service.authorize({ prompt: 'none' }).url, { redirect: 'manual', headers: { 'x-forwarded-for': forwardedFor } });

describe('beginning sign-ins without end', () => {
  it('is stopped for one subscriber, whatever addresses it claims to come from, and for nobody else', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 1300; n += 50) {
      const some = Array.from({ length: 50 }, (_, at) => begin(`198.51.100.${at}, 203.0.113.${n % 7}, 192.0.2.77`));
      statuses.push(...(await Promise.all(some)).map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 303)).toHaveLength(1200);
    const refused = await begin('192.0.2.77');
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect((await begin('192.0.2.77, 192.0.2.78')).status).toBe(303);
  });

  it('is stopped for pushed requests of a client that anybody can pretend to be, and those of services that prove who they are do not count', async () => {
    const app = await Service.register(provider, 'app', { token_endpoint_auth_method: 'none' });
    const push = async (by: Service): Promise<number> => {
      const { searchParams } = new URL(by.authorize().url);
      const secret: Record<string, string> = by === app ? {} : { client_secret: String(by.secret) };
      const body = new URLSearchParams({ ...Object.fromEntries(searchParams), ...secret });
      const headers = { 'x-forwarded-for': '192.0.2.99' };
      return (await fetch(`${provider.issuer}/request`, { method: 'POST', body, headers })).status;
    };
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => push(service))))).toEqual(new Set([201]));
    const statuses: number[] = [];
    for (let n = 0; n < 1300; n += 50) statuses.push(...(await Promise.all(Array.from({ length: 50 }, () => push(app)))));
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1200);
    expect(await push(app)).toBe(429);
  });
});
