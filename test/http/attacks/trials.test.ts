import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approvals } from '#src/approvals/collections.ts';
import type { Actor } from '#src/clients/actor.ts';
import { clients } from '#src/clients/collections.ts';
import { withdrawConsent } from '#src/consent/withdraw-consent.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, ciba, endPauses, registerBackchannelService } from '#test/support/backchannel-service.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';

/** A number that a register could issue; the person is made up all the same. */
const real = { ...lan, id_number: '001190000001' };
const manager: Actor = { id: 'person:mallory', roles: ['manager'], via: 'console' };

let world: PhoneWorld;
let phone: VirtualPhone;
let bank: FapiService;
let trials: FapiService[];
beforeAll(async () => {
  world = await openPhoneWorld([real]);
  phone = await world.newPhone();
  bank = await registerBackchannelService(world.provider, 'bank');
  trials = await Promise.all([1, 2, 3, 4].map((n) => openTrial(`trial-${n}`)));
});
afterAll(() => world.provider.stop());
beforeEach(async () => {
  const { store } = world.provider.application;
  for (const { id } of await store.scan(approvals, { limit: 1000 })) await store.remove(approvals, id);
  await endPauses(world.provider);
});

/** A service in the sandbox, whose manager has named the person as a tester. */
async function openTrial(id: string): Promise<FapiService> {
  const { store, registry } = world.provider.application;
  const service = await registerBackchannelService(world.provider, id, {
    client_name: 'Bộ Công an',
    grant_types: [ciba, 'authorization_code'],
    response_types: ['code'],
    redirect_uris: [`https://${id}.example/callback`],
  });
  await store.patch(clients, id, {}, { set: { stage: 'sandbox', managers: [manager.id] } });
  await registry.addTester(id, manager, { idNumber: real.id_number, label: 'Mai' });
  return service;
}

const rings = (service: FapiService) => ask(service, { login_hint: real.id_number, binding_message: 'Xin chào' });
const shown = async (): Promise<string[]> => (await phone.list()).map((each) => JSON.stringify(each));

describe('services in the sandbox', () => {
  it('ring no phone of somebody whom they merely named as a tester', async () => {
    for (const trial of trials) expect((await rings(trial)).status).toBe(200);
    expect(await shown()).toEqual([]);
  });

  it('ring the phone of who signed in there, until that person takes it back, and call themselves a trial first of all', async () => {
    const [trial] = trials as [FapiService];
    expect((await trial.signIn(new FormBrowser(), real)).status).toBe(200);
    await rings(trial);
    expect(await shown()).toEqual([expect.stringMatching(/Thử nghiệm: Bộ Công an/)]);
    await withdrawConsent(world.provider.application, { id: world.owner }, { clientId: trial.id }, { by: 'self' });
    expect(await shown()).toEqual([]);
    await rings(trial);
    expect(await shown()).toEqual([]);
  });

  it('do not keep a bank away by taking all places before a person', async () => {
    for (const trial of trials) await trial.signIn(new FormBrowser(), real);
    for (const trial of trials) await rings(trial);
    expect(await phone.list()).toHaveLength(3);
    await rings(bank);
    expect((await shown()).filter((name) => name.includes('Dịch vụ bank'))).toHaveLength(1);
    expect(await phone.list()).toHaveLength(4);
  });
});
