import { hkdfSync } from 'node:crypto';
import { aessiv } from '@noble/ciphers/aes.js';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';

/** The sector and key version frozen in a client's registration. */
export interface Sector {
  readonly sector: string;
  readonly subjectKeyVersion: number;
}

/** Pairwise subject identifiers: different for every sector, reversible by us alone, without a table. */
export interface SubjectIdentifiers {
  /** `base64url(key version ‖ AES-SIV(account id))`. @see OpenID Connect Core 1.0, 8.1; RFC 5297 */
  subjectOf(accountId: AccountId, sector: Sector): string;
  /** The account a subject names in this sector; undefined for one that was not made here. */
  accountOf(subject: string, sector: Sector): AccountId | undefined;
}

const cacheSize = 10_000;

export function createSubjectIdentifiers(sealing: Sealing): SubjectIdentifiers {
  const keys = new Map<string, Uint8Array>();
  const known = new Map<string, string>();

  function cipherFor({ sector, subjectKeyVersion }: Sector): ReturnType<typeof aessiv> {
    const name = `${subjectKeyVersion} ${sector}`;
    let key = keys.get(name);
    if (key === undefined) {
      key = new Uint8Array(hkdfSync('sha256', sealing.deriveKey(`subject-v${subjectKeyVersion}`), '', sector, 64));
      if (keys.size >= cacheSize) keys.clear();
      keys.set(name, key);
    }
    return aessiv(key);
  }

  return {
    subjectOf(accountId, sector) {
      const name = `${accountId} ${sector.subjectKeyVersion} ${sector.sector}`;
      const cached = known.get(name);
      if (cached !== undefined) return cached;
      const sealed = cipherFor(sector).encrypt(Buffer.from(accountId, 'base64url'));
      const subject = Buffer.concat([Buffer.of(sector.subjectKeyVersion), sealed]).toString('base64url');
      if (known.size >= cacheSize) known.clear();
      known.set(name, subject);
      return subject;
    },
    accountOf(subject, sector) {
      const bytes = Buffer.from(subject, 'base64url');
      if (bytes[0] !== sector.subjectKeyVersion) return undefined;
      try {
        return Buffer.from(cipherFor(sector).decrypt(bytes.subarray(1))).toString('base64url') as AccountId;
      } catch {
        return undefined;
      }
    },
  };
}
