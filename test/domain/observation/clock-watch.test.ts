import { EventEmitter } from 'node:events';
import type { mongo } from 'mongoose';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { clockAgreement, clockDistance } from '#src/kernel/clock.ts';
import { requireClock, watchClock } from '#src/observation/clock-watch.ts';
import { watchNodeClocks } from '#src/storage/mongo/node-clocks.ts';
import { TestClock } from '#test/support/test-clock.ts';

describe('two clocks', () => {
  it.each([
    [0, 'agrees'],
    [1000, 'agrees'],
    [-1001, 'drifts'],
    [10_000, 'drifts'],
    [10_001, 'off'],
    [-10_001, 'off'],
  ])('%i ms apart: %s', (ms, agreement) => expect(clockAgreement(ms)).toBe(agreement));

  it('are told apart in words', () =>
    expect([clockDistance(1240), clockDistance(-90_000)]).toEqual(['1.2 s ahead of', '90.0 s behind']));

  it('a start is refused by one that is off, and by none that is unknown or drifts', () => {
    expect(() => requireClock({ aheadMs: () => -11_000 })).toThrow('11.0 s behind the store');
    requireClock({ aheadMs: () => undefined });
    requireClock({ aheadMs: () => 9000 });
  });
});

it('a log says when the clock begins to drift, is off, and is right again; once each', async () => {
  const lines: { level: number; aheadSeconds: number }[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let ahead: number | undefined;
  const stop = watchClock({ aheadMs: () => ahead }, logger, 1);
  for (const [told, ms] of [2000, 20_000, 10].entries()) {
    ahead = ms;
    await expect.poll(() => lines.length, { interval: 2 }).toBe(told + 1);
  }
  stop();
  expect(lines.map(({ level, aheadSeconds }) => [level, aheadSeconds])).toEqual([
    [40, 2],
    [50, 20],
    [30, 0.01],
  ]);
});

describe("the clock of a replica set's nodes", () => {
  const world = () => {
    const clock = new TestClock();
    const client = new EventEmitter();
    const aheadMs = watchNodeClocks(client as unknown as mongo.MongoClient, clock);
    const says = (connectionId: string, offMs: number) =>
      client.emit('serverHeartbeatSucceeded', { connectionId, reply: { localTime: new Date(clock.now() + offMs) } });
    return { client, aheadMs, says };
  };

  it('is unknown before one has answered', () => expect(world().aheadMs()).toBeUndefined());

  it('is that of most of them: one node that is off takes no process out', () => {
    const { aheadMs, says } = world();
    says('one', 90_000);
    expect(aheadMs()).toBe(-90_000);
    says('two', 3);
    expect(aheadMs()).toBe(-3);
    says('three', -2);
    expect(aheadMs()).toBe(-3);
    says('three', -90_000);
    expect(aheadMs()).toBe(-3);
  });

  it('is taken for wrong only when it is twice in a row: a process that was held up reads an old time', () => {
    const { aheadMs, says } = world();
    says('one', 1);
    says('one', -14_000);
    expect(aheadMs()).toBe(-1);
    says('one', 2);
    expect(aheadMs()).toBe(-2);
    for (const off of [-14_000, -14_001]) says('one', off);
    expect(aheadMs()).toBe(14_000);
  });

  it('forgets a node that is gone', () => {
    const { client, aheadMs, says } = world();
    says('one', 5);
    says('two', 7000);
    client.emit('serverHeartbeatFailed', { connectionId: 'one' });
    expect(aheadMs()).toBe(-7000);
    client.emit('serverClosed', { address: 'two' });
    expect(aheadMs()).toBeUndefined();
  });
});
