import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { Attempts } from '#src/storage/mongo/attempts.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = (): Promise<never> => new Promise(() => {});
const answers = async (): Promise<string> => 'answer';
const unavailable = async (): Promise<never> => {
  throw new StoreUnavailable('no primary');
};

it('a call to which nothing answers is given up, and those that follow fail at once, until one is answered', async () => {
  const attempts = new Attempts();
  const first = expect(attempts.writing(never)).rejects.toBeInstanceOf(StoreUnavailable);
  await vi.advanceTimersByTimeAsync(6000);
  await first;
  await expect(attempts.reading(answers)).rejects.toThrow('a moment ago');
  expect(await attempts.probing(answers, 1000)).toBe('answer');
  expect(await attempts.reading(answers)).toBe('answer');
});

it('after a second it is tried again, also when nobody probed', async () => {
  const attempts = new Attempts();
  const first = expect(attempts.reading(never)).rejects.toBeInstanceOf(StoreUnavailable);
  await vi.advanceTimersByTimeAsync(6000);
  await first;
  await vi.advanceTimersByTimeAsync(1001);
  expect(await attempts.writing(answers)).toBe('answer');
});

it('one call that is refused at once stops nobody else', async () => {
  const attempts = new Attempts();
  await expect(attempts.writing(unavailable)).rejects.toThrow('no primary');
  expect(await attempts.writing(answers)).toBe('answer');
});

it('what may take long, and was given up, makes nobody else wait', async () => {
  const attempts = new Attempts();
  const long = expect(attempts.probing(never, 10_000)).rejects.toBeInstanceOf(StoreUnavailable);
  await vi.advanceTimersByTimeAsync(10_000);
  await long;
  expect(await attempts.writing(answers)).toBe('answer');
});
