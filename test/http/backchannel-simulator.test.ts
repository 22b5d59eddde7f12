import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#src/clients/actor.ts';
import { createVirtualPhone, enrolPhone, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, ciba, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';

const developer: Actor = { id: 'person:dev', roles: ['manager'], via: 'console' };
/** Somebody who exists: their number is outside the invented range. */
const real = { ...lan, id_number: '001190000001', phone: '0912000009' };

let world: PhoneWorld;
let trial: FapiService;
let pinged: FapiService;
let live: FapiService;
let phone: VirtualPhone;
let server: Server;
const pings: unknown[] = [];

/** Services that their developer has put into the sandbox alone, as registration is open here. */
async function sandboxService(id: string, more: object = {}): Promise<FapiService> {
  const { provider } = world;
  const { registry } = provider.application;
  const put = (json: object) => registry.propose(json, developer, { isNew: true });
  const application = { ...provider.application, registry: { ...registry, put } };
  return registerBackchannelService({ ...provider, application } as never, id, { class: 'private', sector: undefined, ...more });
}

beforeAll(async () => {
  world = await openPhoneWorld([lan, real], { SENID_OPEN_REGISTRATION: 'true' });
  server = createServer((request, response) => {
    request.on('data', (part: Buffer) => pings.push(JSON.parse(part.toString())));
    request.on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  trial = await sandboxService('trial', {
    grant_types: [ciba, 'authorization_code'],
    response_types: ['code'],
    redirect_uris: ['https://trial.example/callback'],
    sector: 'trial.invalid',
  });
  pinged = await sandboxService('pinged', {
    backchannel_token_delivery_mode: 'ping',
    backchannel_client_notification_endpoint: `http://localhost:${(server.address() as AddressInfo).port}/ping`,
  });
  live = await registerBackchannelService(world.provider, 'live');
  phone = await world.newPhone();
});
afterAll(async () => {
  server.close();
  await world.provider.stop();
});
afterEach(async () => {
  for (const id of ['trial', 'pinged']) await force(undefined, id);
  for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'approve' });
});

const force = (outcome: string | undefined, id = 'trial') =>
  world.provider.application.registry.simulate(id, developer, { outcome });
const asking = (service = trial, more = {}) => ask(service, { login_hint: lan.id_number, binding_message: 'Xin chào', ...more });
const approveAll = async () => {
  for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'approve' });
};

describe('an outcome that is forced for requests without a browser', () => {
  it.each([
    ['access_denied', ['access_denied', 'invalid_grant']],
    ['request_expired', ['expired_token', 'expired_token']],
    ['slow_down', ['slow_down', 'slow_down']],
    ['authorization_pending', ['authorization_pending', 'slow_down']],
  ])('%s is what polls are answered, and no phone is asked', async (outcome, errors) => {
    await force(outcome);
    const { status, body } = await asking();
    expect([status, await phone.list()]).toEqual([200, []]);
    const answers = [await poll(trial, body['auth_req_id']), await poll(trial, body['auth_req_id'])];
    expect(answers.map((each) => each.body['error'])).toEqual(errors);
  });

  it.each([
    ['server_error', 500],
    ['temporarily_unavailable', 503],
  ])('%s is what the endpoint answers', async (outcome, expected) => {
    await force(outcome);
    const { status, body, headers } = await asking();
    expect([status, body['error'], await phone.list()]).toEqual([expected, outcome, []]);
    expect(headers.get('retry-after')).toBe(expected === 503 ? '30' : null);
  });

  it('a fault of the token endpoint is a 500, and the approved request gives its tokens when it is over', async () => {
    const { body } = await asking();
    await approveAll();
    await force('token_server_error');
    expect((await poll(trial, body['auth_req_id'])).status).toBe(500);
    await force(undefined);
    await expect.poll(async () => (await poll(trial, body['auth_req_id'])).status).toBe(200);
  });

  it('a refusal is pinged, as a real one is', async () => {
    await force('access_denied', 'pinged');
    const { body } = await asking(pinged, { client_notification_token: 'a-token_of~theirs' });
    await expect.poll(() => pings).toContainEqual({ auth_req_id: body['auth_req_id'] });
    expect((await poll(pinged, body['auth_req_id'])).body['error']).toBe('access_denied');
  });

  it('a level is what the token of an approved request says', async () => {
    await force('urn:senid:acr:id1-auth1');
    const { body } = await asking();
    await approveAll();
    const { body: tokens } = await poll(trial, body['auth_req_id']);
    expect(decodeJwt(String(tokens['id_token']))['acr']).toBe('urn:senid:acr:id1-auth1');
  });

  it('is nothing for a service in production, nor a level for a tester who exists', async () => {
    const { application } = world.provider;
    await expect(
      application.registry.simulate('live', { ...developer, roles: ['operator'] }, { outcome: 'access_denied' }),
    ).rejects.toMatchObject({
      code: 'service_state_wrong',
    });
    const asked = await asking(live);
    expect((await poll(live, asked.body['auth_req_id'])).body['error']).toBe('authorization_pending');
    await approveAll();
    await application.registry.addTester('trial', developer, { idNumber: real.id_number, label: 'a tester' });
    const tester = await application.accounts.findByIdNumber(real.id_number);
    const { code } = await application.enrolmentCodes.issue(tester?.id as never, { vouched: true });
    const testersPhone = createVirtualPhone(await enrolPhone(world.provider.issuer, code));
    // who is named is rung only once they have signed in there themselves
    expect((await trial.signIn(new FormBrowser(), real)).status).toBe(200);
    await force('urn:senid:acr:id2-auth4');
    const { body } = await asking(trial, { login_hint: real.id_number });
    await testersPhone.decide(await testersPhone.open((await testersPhone.list())[0]?.id ?? ''), { decision: 'approve' });
    const { body: tokens } = await poll(trial, body['auth_req_id']);
    expect(decodeJwt(String(tokens['id_token']))['acr']).toBe('urn:senid:acr:id2-auth2');
  });
});
