import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#src/clients/actor.ts';
import { type ConsoleWorld, openConsoleWorld, type Staff, shopForm } from '#test/support/console-world.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

const powers = {
  class: 'internal',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  allowed_claims: [],
  allowed_scopes: ['services.read', 'services.manage', 'services.review', 'services.operate'],
};
const reviewer: Actor = { id: 'person:other', roles: ['reviewer'], via: 'console' };

let world: ConsoleWorld;
let mai: Staff;
beforeAll(async () => {
  world = await openConsoleWorld({ SENID_OPEN_REGISTRATION: 'true' });
  mai = await world.addStaff('Mai', ['manager']);
  await mai.open('/console');
});
afterAll(() => world.provider.stop());

const basic = (id: string, secret: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** A service that its manager alone has put into the sandbox, with every power there is; its secret. */
async function makePowerful(id: string): Promise<string> {
  const { browser } = mai;
  const form = await browser.open(`${world.provider.issuer}/console/new`);
  const made = await browser.press(form, 'save', {
    ...shopForm,
    client_id: id,
    redirects: 'https://x.example/cb',
    advanced: JSON.stringify(powers),
  });
  expect((await world.application.registry.standing(id)).state).toBe('sandbox');
  return /data-secret>([^<]+)</.exec(made.html)?.[1] ?? '';
}

async function callAdmin(id: string, secret: string): Promise<number> {
  const { issuer } = world.provider;
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'services.operate' }),
    headers: { authorization: basic(id, secret) },
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  const called = await fetch(`${issuer}/admin/v1/services`, { headers: { authorization: `Bearer ${token}` } });
  return called.status;
}

describe('a manager who makes a service of their own powerful in the sandbox', () => {
  it('does not become a reviewer or operator by it, until somebody else has approved it for production', async () => {
    const secret = await makePowerful('powerful');
    expect(await callAdmin('powerful', secret)).toBe(401);
    const { registry } = world.application;
    await registry.submit('powerful', { id: `person:${mai.id}`, roles: ['manager'], via: 'console' });
    await registry.approve('powerful', reviewer);
    expect(await callAdmin('powerful', secret)).toBe(200);
  });

  it('does not read the tokens of other services by introspection', async () => {
    const secret = await makePowerful('curious');
    const bank = await Service.register(world.provider, 'bank');
    await world.provider.addPerson({ ...lan, id_number: '000190099999', phone: '0912099999' });
    const { tokens } = await bank.signIn(new FormBrowser(), { id_number: '000190099999', password: lan.password });
    const answer = await fetch(`${world.provider.issuer}/token/introspection`, {
      method: 'POST',
      body: new URLSearchParams({ token: tokens.access_token }),
      headers: { authorization: basic('curious', secret) },
    });
    expect(await answer.json()).toEqual({ active: false });
  });
});
