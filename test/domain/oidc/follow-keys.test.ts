import { expect, it, vi } from 'vitest';
import { followSigningKeys } from '#src/oidc/follow-keys.ts';
import type { PrivateJwk } from '#src/oidc/signing-keys.ts';

it('keys that could not be taken up are tried again at the next look', async () => {
  vi.useFakeTimers();
  const keys = (kid: string): PrivateJwk[] => [{ kid, alg: 'ES256' }];
  const changed = vi.fn().mockImplementationOnce(() => {
    throw new Error('not now');
  });
  const failed = vi.fn();
  const stop = followSigningKeys({ load: async () => keys('new') }, keys('old'), { changed, failed });
  await vi.advanceTimersByTimeAsync(4000);
  expect([changed.mock.calls.length, failed.mock.calls.length]).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(8000);
  expect([changed.mock.calls.length, failed.mock.calls.length]).toEqual([2, 1]);
  stop();
  vi.useRealTimers();
});
