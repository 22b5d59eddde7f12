import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeySets, keySetLives, liveKeys } from '#src/oidc/key-sets.ts';
import { TestClock } from '#test/support/test-clock.ts';

const publicKey = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});
const address = 'https://shop.example/keys';

/** An address whose answer can be changed and taken away; counts how often it is asked. */
function keyWorld() {
  const clock = new TestClock();
  const world = { answer: '' as string | undefined, asked: 0, clock };
  const sets = createKeySets({
    clock,
    async fetchText() {
      world.asked += 1;
      if (world.answer === undefined) throw new Error('nobody answers');
      return world.answer;
    },
  });
  const kids = async (isStrict = false) => (await sets.at(address, isStrict)).keys.map(({ kid }) => kid);
  const publish = (...keys: object[]) => {
    world.answer = JSON.stringify({ keys });
  };
  return Object.assign(world, { sets, kids, publish });
}

describe('keys at a registered address', () => {
  it('are taken up within five seconds when they are new, and gone within five when they are removed', async () => {
    const world = keyWorld();
    world.publish(publicKey('a'));
    expect(await world.kids()).toEqual(['a']);
    world.publish(publicKey('b'));
    world.clock.advance(keySetLives.freshMs);
    expect(keySetLives.freshMs).toBeLessThan(5000);
    expect(await world.kids()).toEqual(['b']);
  });

  it('are the same object while the text is the same, so that nothing is built anew', async () => {
    const world = keyWorld();
    world.publish(publicKey('a'));
    const before = await world.sets.at(address, false);
    world.clock.advance(10_000);
    expect(await world.sets.at(address, false)).toBe(before);
  });

  it('do not make us hammer a service, however many signatures with unknown keys are sent', async () => {
    const world = keyWorld();
    world.publish(publicKey('a'));
    for (let second = 0; second < 60; second += 1) {
      await Promise.all(Array.from({ length: 50 }, () => world.kids()));
      world.clock.advance(1000);
    }
    expect(world.asked).toBe(15);
  });

  it('do not make us hammer a service that is down', async () => {
    const world = keyWorld();
    world.answer = undefined;
    for (let second = 0; second < 120; second += 1) {
      expect(await world.kids()).toEqual([]);
      world.clock.advance(1000);
    }
    expect(world.asked).toBeLessThanOrEqual(11);
  });

  it('go on for ten minutes while their address is down, and no longer', async () => {
    const world = keyWorld();
    world.publish(publicKey('a'));
    expect(await world.kids()).toEqual(['a']);
    world.answer = undefined;
    world.clock.advance(keySetLives.lastGoodMs);
    expect(await world.kids()).toEqual(['a']);
    world.clock.advance(1);
    expect(await world.kids()).toEqual([]);
    world.publish(publicKey('a'));
    world.clock.advance(keySetLives.mostBackOffMs);
    expect(await world.kids()).toEqual(['a']);
  });

  it.each(['', 'nonsense', '[]', '{"keys":{}}', '<html>'])('are not lost to an answer that is none: %j', async (answer) => {
    const world = keyWorld();
    world.publish(publicKey('a'));
    await world.kids();
    world.answer = answer;
    world.clock.advance(5000);
    expect(await world.kids()).toEqual(['a']);
  });

  it('leave out what is no public key, and under a profile what is too weak', async () => {
    const world = keyWorld();
    const { publicKey: weak } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const given = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    world.publish(
      publicKey('a'),
      { ...given, kid: 'private' },
      { kty: 'oct', k: 'c2VjcmV0', kid: 'shared' },
      { ...weak.export({ format: 'jwk' }), kid: 'weak' },
      { ...publicKey('elsewhere'), x5u: 'https://evil.example/' },
    );
    expect(await world.kids()).toEqual(['a', 'weak', 'elsewhere']);
    expect(await world.kids(true)).toEqual(['a']);
  });

  it('are at most fifty', async () => {
    const world = keyWorld();
    world.publish(...Array.from({ length: 60 }, (_, n) => ({ ...publicKey('x'), kid: `k${n}` })));
    expect(await world.kids()).toHaveLength(50);
  });
});

it('a key that is registered with an end counts until then', () => {
  const now = Date.UTC(2026, 10, 24);
  const set = { keys: [publicKey('lasting'), { ...publicKey('ending'), exp: now / 1000 + 60 }] };
  expect(liveKeys(set, now)).toBe(set);
  const later = liveKeys(set, now + 60_000);
  expect(later.keys.map(({ kid }) => kid)).toEqual(['lasting']);
  expect(liveKeys(set, now + 90_000)).toBe(later);
});
