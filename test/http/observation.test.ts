import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

describe('metrics', () => {
  let provider: TestProvider;
  let bank: Service;
  beforeAll(async () => {
    provider = await startProvider();
    await provider.addPerson(lan);
    bank = await Service.register(provider, 'bank');
  });
  afterAll(() => provider.stop());
  const metrics = async (): Promise<string> => (await fetch(`${provider.issuer}/metrics`)).text();

  it('count sign-ins by class of service, level and outcome, token calls, store calls and queues', async () => {
    await bank.signIn(new FormBrowser(), lan);
    const cancelled = await new FormBrowser().open(bank.authorize({ prompt: 'none' }).url, {}, bank.redirectUri);
    expect(cancelled.url).toContain('login_required');
    const text = await metrics();
    expect(text).toMatch(/senid_authorizations_total\{client_class="private",acr="urn:senid:acr:id2-auth1",outcome="success"\} 1/);
    expect(text).toMatch(/senid_authorizations_total\{client_class="private",acr="none",outcome="login_required"\} 1/);
    expect(text).toMatch(
      /senid_token_requests_total\{grant_type="authorization_code",client_class="private",outcome="success"\} 1/,
    );
    expect(text).toMatch(/senid_store_calls_total\{operation="amend",collection="tokens",failed="false"\} [1-9]/);
    expect(text).toMatch(/senid_hashing_waiting 0/);
    expect(text).toMatch(/senid_nodejs_eventloop_lag_p99_seconds/);
    expect(text).toMatch(/senid_http_request_seconds_count\{method="POST",route="\/token",status="200"\} 1/);
  });

  it('are there for every panel of the dashboard, and for every row of the operations guide', async () => {
    const text = await metrics();
    const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
    const shown = [...`${read('dashboards/senid.json')}${read('operations.md')}`.matchAll(/senid_[a-z0-9_]+/g)].map(
      ([name]) => name,
    );
    const missing = [...new Set(shown)].filter((name) => !text.includes(name));
    // a SQLite store has no clock of its own
    expect(missing).toEqual(['senid_clock_ahead_seconds']);
    expect(shown.length).toBeGreaterThanOrEqual(20);
  });

  it('do not grow with what strangers send, and name nobody', async () => {
    // each kind of garbage collection has a line from its first time on, whenever that is
    const lines = async (): Promise<number> =>
      (await metrics()).split('\n').filter((line) => line.includes('seconds_count{') && !line.includes('_gc_')).length;
    await fetch(`${provider.issuer}/first`, { method: 'PURGE' });
    await fetch(`${provider.issuer}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'made-up' }) });
    const before = await lines();
    for (let n = 0; n < 30; n += 1) {
      await fetch(`${provider.issuer}/word${'x'.repeat(n)}`, { method: 'PURGE' });
      await fetch(`${provider.issuer}/device/v1/${n}`);
      await fetch(`${provider.issuer}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: `made-up-${n}` }) });
    }
    expect((await lines()) - before).toBeLessThanOrEqual(2);
    expect(await metrics()).not.toMatch(/bank|000190000001|Nguyễn|made-up/);
  });
});

describe('traces', () => {
  let collector: Server;
  let provider: TestProvider;
  const received: string[] = [];
  beforeAll(async () => {
    collector = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        received.push(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => collector.once('listening', resolve));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
    provider = await startProvider({ telemetry: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } });
  });
  afterAll(() => {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
    collector.close();
  });

  it('go where the standard variable says, inside the caller’s own trace, and name nobody', async () => {
    await provider.addPerson(lan);
    const bank = await Service.register(provider, 'bank');
    const caller = '4bf92f3577b34da6a3ce929d0e0e4736';
    await bank.signIn(new FormBrowser({ traceparent: `00-${caller}-00f067aa0ba902b7-01` }), lan);
    await provider.stop();
    const sent = received.join('\n');
    expect(sent).toContain('POST /token');
    expect(sent).toContain('GET /interaction/…');
    expect(sent).toContain('store amend tokens');
    expect(sent).toContain(caller);
    expect(sent).not.toMatch(/000190000001|Nguyễn|sen hong/);
  });
});
