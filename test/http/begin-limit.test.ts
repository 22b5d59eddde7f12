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
});
