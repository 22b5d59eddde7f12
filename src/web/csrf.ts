import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { Sealing } from '#src/kernel/sealing.ts';

/** Form tokens bound to what they may change: nothing is stored, and one page's token does not work on another's. */
export interface FormTokens {
  issue(subject: string): string;
  isValid(subject: string, token: string | undefined): boolean;
}

export function createFormTokens(sealing: Sealing): FormTokens {
  const key = createSecretKey(sealing.deriveKey('csrf-v1'));
  const issue = (subject: string): string => createHmac('sha256', key).update(subject).digest('base64url');
  return {
    issue,
    isValid(subject, token) {
      const expected = Buffer.from(issue(subject));
      const given = Buffer.from(token ?? '');
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
