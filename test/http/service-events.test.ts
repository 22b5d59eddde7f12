import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPush, guardedLookup } from '#src/oidc/outgoing-push.ts';
import { listMessages, reviveMessages } from '#src/outbox/messages.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { type EventReceiver, startEventReceiver } from '#test/support/event-receiver.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

let world: PhoneWorld;
let phone: VirtualPhone;
let receiver: EventReceiver;
let service: Service;
let services = 0;
beforeAll(async () => {
  world = await openPhoneWorld();
  phone = await world.newPhone();
});
afterAll(() => world.provider.stop());
afterEach(async () => {
  world.clock.reset();
  await receiver.stop();
});

/** A service that is told of events, one person's consent, and what the person withdraws of it. */
async function withdrawn(answers: EventReceiver['answers'] = [], claim?: string, more: object = {}) {
  receiver = await startEventReceiver(() => world.provider.issuer);
  receiver.answers.push(...answers);
  services += 1;
  service = await Service.register(world.provider, `rp-${services}`, { consent_event_uri: receiver.uri, ...more });
  const { tokens } = await service.signIn(new FormBrowser(), lan, { scope: 'openid profile' }, ['name', 'birthdate']);
  const listed = (await phone.consents()).find(({ client_id: id }) => id === service.id);
  await phone.withdraw(claim === undefined ? (listed?.service_id ?? '') : (listed?.id ?? ''), claim);
  return decodeJwt(tokens.id_token);
}
const until = (holds: () => boolean | Promise<boolean>) => expect.poll(holds, { timeout: 8000, interval: 50 }).toBe(true);
const messages = async () => (await listMessages(world.provider.application.store)).filter(({ to }) => to === service.id);

describe('a service whose person withdrew consent', () => {
  it('is told by a security event token that nobody can take for an ID token', async () => {
    const idToken = await withdrawn();
    await until(() => receiver.received.length === 1);
    const [event] = receiver.received;
    expect(event?.type).toBe('application/secevent+jwt');
    expect(event?.header).toMatchObject({ typ: 'secevent+jwt', alg: 'ES256' });
    expect(event?.claims).toMatchObject({
      aud: service.id,
      sub_id: { format: 'iss_sub', iss: world.provider.issuer, sub: idToken.sub },
      events: { 'urn:senid:event:consent-withdrawn': { initiating_entity: 'user' } },
      jti: expect.any(String),
      toe: expect.any(Number),
    });
    expect(event?.claims).not.toHaveProperty('sub');
    expect(event?.claims).not.toHaveProperty('exp');
    await until(async () => (await messages()).length === 0);
  });

  it('is told which claim, where it was only one, signed with what its registration leaves to the standard', async () => {
    await withdrawn([], 'birthdate', { id_token_signed_response_alg: undefined });
    await until(() => receiver.received.length === 1);
    expect(receiver.received[0]?.header).toMatchObject({ alg: 'RS256' });
    expect(receiver.received[0]?.claims.events).toEqual({
      'urn:senid:event:consent-withdrawn': { purpose: 'sign-in', claims: ['birthdate'], initiating_entity: 'user' },
    });
  });

  it('is told again, later, by the same token name, while it does not answer', async () => {
    await withdrawn([{ status: 503 }, { status: 500 }]);
    await until(async () => (await messages()).some(({ attempts }) => attempts === 1));
    expect(await messages()).toMatchObject([{ state: 'waiting', last_error: 'status 503' }]);
    const calls = receiver.calls();
    await new Promise((resolve) => setTimeout(resolve, 2200));
    expect(receiver.calls()).toBe(calls);
    world.clock.advance(7000);
    await until(async () => (await messages()).some(({ attempts }) => attempts === 2));
    const [waiting] = await messages();
    world.clock.advance(20_000);
    await until(() => receiver.received.length === 1);
    expect(receiver.received[0]?.claims.jti).toBe(waiting?.id);
  });

  it('that refuses the token for good leaves a dead message, which an operator may send again', async () => {
    await withdrawn([{ status: 400, body: { err: 'invalid_audience', description: 'not ours' } }]);
    await until(async () => (await messages()).some(({ state }) => state === 'dead'));
    expect(await messages()).toMatchObject([{ state: 'dead', attempts: 1, last_error: '400 invalid_audience' }]);
    expect(await reviveMessages(world.provider.application, service.id)).toBe(1);
    await until(() => receiver.received.length === 1);
    await until(async () => (await messages()).length === 0);
  });

  it('keeps no other service waiting while it does not answer', async () => {
    await withdrawn(Array.from({ length: 9 }, () => ({ status: 503 })));
    const silent = receiver;
    await until(async () => (await messages()).some(({ attempts }) => attempts === 1));
    await withdrawn();
    await until(() => receiver.received.length === 1);
    await silent.stop();
  });
});

describe('an address that a service registered', () => {
  it.each([
    'http://127.0.0.1:9/',
    'http://[::1]:9/',
    'http://[::ffff:10.0.0.1]/',
    'http://localhost:9/',
    'http://169.254.169.254/',
  ])('is not called when it leads to a private network: %s', async (address) => {
    receiver = await startEventReceiver(() => world.provider.issuer);
    const message = { contentType: 'application/secevent+jwt', body: 'x' };
    await expect(createPush(false)(address, message)).rejects.toMatchObject({ name: 'PrivateAddress' });
  });

  it('is not called when its name resolves to a private network', async () => {
    receiver = await startEventReceiver(() => world.provider.issuer);
    const found = await new Promise((resolve) => guardedLookup('localhost', {}, (fault) => resolve(fault)));
    expect(found).toMatchObject({ name: 'PrivateAddress' });
  });

  it('sends nobody elsewhere and takes no endless answer', async () => {
    receiver = await startEventReceiver(() => world.provider.issuer);
    receiver.answers.push({ status: 307 }, { status: 503, body: { err: 'x'.repeat(1_000_000) } });
    const push = createPush(true);
    const message = { contentType: 'application/secevent+jwt', body: 'x' };
    expect((await push(receiver.uri, message)).status).toBe(307);
    expect((await push(receiver.uri, message)).body.length).toBeLessThanOrEqual(4096);
    expect(receiver.calls()).toBe(2);
  });
});
