import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accounts } from '#src/accounts/collections.ts';
import { consentId, consents } from '#src/consent/collections.ts';
import { documentId, documents } from '#src/documents/collections.ts';
import { sealContent } from '#src/documents/held-documents.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';
import { Service, type Tokens } from '#test/support/service.ts';

let world: PhoneWorld;
let phone: VirtualPhone;
const services = new Map<string, Service>();
const clientIds = ['one', 'two'] as const;
const licence = 'https://senid.example/claims/driving_licence';
const claims = ['name', 'birthdate', 'gender', licence] as const;

const registrationWith = (words: string) => ({
  purposes: [
    { id: 'account', vi: `${words} vi`, en: `${words} en` },
    { id: 'news', vi: 'Tin', en: 'News' },
  ],
  allowed_claims: claims,
  grant_types: ['authorization_code', 'refresh_token'],
});

beforeAll(async () => {
  world = await openPhoneWorld();
  phone = await world.newPhone();
  for (const id of clientIds) services.set(id, await Service.register(world.provider, id, registrationWith('A')));
});
afterAll(() => world.provider.stop());

const client = fc.constantFrom(...clientIds);
const purpose = fc.constantFrom<'account' | 'news'>('account', 'news');
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('sign-in' as const),
      client,
      purpose,
      offline: fc.boolean(),
      again: fc.boolean(),
      ticks: fc.subarray([...claims]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('withdraw-service' as const), client }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('withdraw-purpose' as const), client, purpose }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('withdraw-claim' as const), client, purpose, claim: fc.constantFrom(...claims) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('reword' as const), client, words: fc.constantFrom('A', 'B') }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('licence' as const), isVerified: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('refresh' as const), which: fc.nat(20) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Held {
  readonly client: string;
  readonly purpose: string;
  readonly tokens: Tokens;
  isEnded: boolean;
}

/** What the person would say is true of their answers; knows nothing of receipts. */
interface Memory {
  readonly words: Map<string, string>;
  /** `client purpose claim` → the words it was granted on; absent, it was not. */
  readonly granted: Map<string, string>;
  readonly held: Held[];
  /** An agency has verified their driving licence, and they have not taken it out. */
  hasLicence: boolean;
}

const serviceOf = (id: string): Service => services.get(id) as Service;
const wordsFor = ({ words }: Memory, id: string, of: string): string => (of === 'account' ? (words.get(id) ?? '') : 'News');

async function signIn(memory: Memory, { client: id, purpose: of, offline, again, ticks }: Extract<Step, { what: 'sign-in' }>) {
  const service = serviceOf(id);
  const params = { scope: `openid profile driving_licence${offline ? ' offline_access' : ''}`, purpose: of };
  const { url, verifier } = service.authorize({ ...params, ...(again ? { prompt: 'consent' } : {}) });
  const browser = new FormBrowser();
  let page = await browser.press(
    await browser.open(url),
    'continue',
    { id_number: lan.id_number, password: lan.password },
    service.redirectUri,
  );
  if (page.html.includes('value="approve"')) {
    const asked = [...page.html.matchAll(/name="grant" value="([^"]+)"/g)].map(([, name]) => name ?? '');
    page = await browser.press(page, 'approve', { grant: ticks }, service.redirectUri);
    for (const claim of asked) {
      const key = `${id} ${of} ${claim}`;
      if (ticks.includes(claim as never)) memory.granted.set(key, wordsFor(memory, id, of));
      else memory.granted.delete(key);
    }
  }
  const { status, tokens } = await service.redeem(page, verifier);
  expect(status).toBe(200);
  memory.held.push({ client: id, purpose: of, tokens, isEnded: false });
}

function forget(memory: Memory, id: string, of?: string, claim?: string): void {
  for (const key of [...memory.granted.keys()]) {
    const [keyClient, keyPurpose, keyClaim] = key.split(' ');
    if (keyClient === id && (of === undefined || of === keyPurpose) && (claim === undefined || claim === keyClaim))
      memory.granted.delete(key);
  }
  if (claim !== undefined) return;
  for (const held of memory.held) if (held.client === id && (of === undefined || of === held.purpose)) held.isEnded = true;
}

async function holdLicence(isVerified: boolean): Promise<void> {
  const { store, sealing } = world.provider.application;
  const id = documentId(world.owner, 'driving_licence');
  await store.remove(documents, id);
  if (!isVerified) return;
  const record = { full_name: 'Nguyễn Thị Lan', classes: ['B'], issued_on: '2020-05-11' };
  const content = sealContent(sealing, id, { number: '000190000901', record });
  const when = { requestedAt: 1, answeredAt: 2 };
  const entry = { id, accountId: world.owner, type: 'driving_licence', agency: 'traffic-police', ...when } as const;
  await store.insert(documents, { ...entry, state: 'verified', request: 'one', content });
}

async function take(memory: Memory, done: Step): Promise<void> {
  if (done.what === 'sign-in') return signIn(memory, done);
  if (done.what === 'licence') {
    memory.hasLicence = done.isVerified;
    return holdLicence(done.isVerified);
  }
  if (done.what === 'reword') {
    const { secret } = serviceOf(done.client);
    await Service.register(world.provider, done.client, { ...registrationWith(done.words), client_secret: secret });
    memory.words.set(done.client, done.words);
    return;
  }
  if (done.what === 'refresh') {
    const held = memory.held.filter(({ tokens }) => tokens.refresh_token !== undefined)[done.which];
    if (held === undefined) return;
    const answer = await serviceOf(held.client).post('/token', {
      grant_type: 'refresh_token',
      refresh_token: held.tokens.refresh_token ?? '',
    });
    expect(answer.status).toBe(held.isEnded ? 400 : 200);
    if (!held.isEnded) memory.held.push({ ...held, tokens: (await answer.json()) as Tokens });
    return;
  }
  const mine = (await phone.consents()).filter(({ client_id: id }) => id === done.client);
  if (done.what === 'withdraw-service') {
    const [any] = mine;
    if (any === undefined) return;
    await phone.withdraw(any.service_id);
    return forget(memory, done.client);
  }
  const listed = mine.find(({ purpose: { en } }) => (en === 'News') === (done.purpose === 'news'));
  if (listed === undefined) return;
  if (done.what === 'withdraw-purpose') {
    await phone.withdraw(listed.id);
    return forget(memory, done.client, done.purpose);
  }
  const claim = done.claim;
  await phone.withdraw(listed.id, claim).catch(() => undefined);
  forget(memory, done.client, done.purpose, claim);
}

/** Every token anybody ever got, looked at by userinfo and introspection. */
async function check(memory: Memory): Promise<number> {
  let left = 0;
  for (const held of memory.held) {
    const service = serviceOf(held.client);
    const answer = await service.userinfo(held.tokens);
    const introspected = await service.post('/token/introspection', { token: held.tokens.access_token });
    expect(((await introspected.json()) as { active: boolean }).active).toBe(!held.isEnded);
    expect('sub' in answer).toBe(!held.isEnded);
    const words = wordsFor(memory, held.client, held.purpose);
    const expected = claims.filter(
      (claim) =>
        memory.granted.get(`${held.client} ${held.purpose} ${claim}`) === words && (claim !== licence || memory.hasLicence),
    );
    expect(claims.filter((claim) => claim in answer)).toEqual(held.isEnded ? [] : expected);
    left += held.isEnded ? 0 : expected.length;
  }
  return left;
}

it('no walk of sign-ins, withdrawals and changed words lets a running provider give out what its person has not said, or keeps back what they have', async () => {
  let left = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10, size: 'max' }), async (steps) => {
      for (const id of clientIds) {
        await world.provider.application.store.remove(consents, consentId(world.owner, id));
        await take(
          { words: new Map(), granted: new Map(), held: [], hasLicence: false },
          { what: 'reword', client: id, words: 'A' },
        );
      }
      await holdLicence(true);
      await world.provider.application.store.patch(accounts, world.owner, {}, { unset: ['endings'] });
      const memory: Memory = { words: new Map(clientIds.map((id) => [id, 'A'])), granted: new Map(), held: [], hasLicence: true };
      for (const done of steps) {
        await take(memory, done);
        left += await check(memory);
      }
    }),
    { numRuns: 25, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false, endOnFailure: true },
  );
  expect(left).toBeGreaterThan(20);
}, 30_000);
