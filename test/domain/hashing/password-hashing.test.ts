import { pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { judgeHash, verifyHash } from '#src/hashing/foreign-hashes.ts';
import { createPasswordHashing } from '#src/hashing/password-hashing.ts';

const text = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
const salt = randomBytes(16);
const password = 'mật khẩu cũ';

describe('a password hash', () => {
  const hashing = createPasswordHashing({ concurrent: 1, waiting: 200 });

  it('is Argon2id with 19 MiB, two passes and one lane, and never the same twice', async () => {
    const [one, other] = await Promise.all([hashing.hash(password), hashing.hash(password)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(other).not.toBe(one);
    expect(await hashing.verify(one, password)).toBe(true);
    expect(await hashing.verify(one, `${password} `)).toBe(false);
    expect(hashing.needsUpgrade(one)).toBe(false);
  });

  const foreign: readonly (readonly [string, string])[] = [
    ['scrypt', `$scrypt$ln=12,r=8,p=1$${text(salt)}$${text(scryptSync(password, salt, 32, { N: 4096, r: 8, p: 1 }))}`],
    ['PBKDF2-SHA-256', `$pbkdf2-sha256$i=1000$${text(salt)}$${text(pbkdf2Sync(password, salt, 1000, 32, 'sha256'))}`],
    ['PBKDF2-SHA-512', `$pbkdf2-sha512$i=1000,l=64$${text(salt)}$${text(pbkdf2Sync(password, salt, 1000, 64, 'sha512'))}`],
  ];
  it.each(foreign)('of another register is checked: %s', (_kind, hash) => {
    expect(judgeHash(hash)).toBe('supported');
    expect(verifyHash(hash, password)).toBe(true);
    expect(verifyHash(hash, `${password}x`)).toBe(false);
    expect(hashing.needsUpgrade(hash)).toBe(true);
  });

  // published vectors: crypt_blowfish's own tests and the reference implementation of Argon2
  it.each([
    ['$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
    ['$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc', 'password'],
    ['$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA', 'password'],
  ])('of another program is checked: %s', (hash, right) => {
    expect(judgeHash(hash)).toBe('supported');
    expect(verifyHash(hash, right)).toBe(true);
    expect(verifyHash(hash, 'wrong')).toBe(false);
  });

  const [digest, seasoning] = [text(randomBytes(32)), text(salt)];
  it.each([
    ['of an unknown kind', `$md5$i=1$${seasoning}$${digest}`],
    ['named after a member of every object', `$constructor$i=1$${seasoning}$${digest}`],
    ['without salt', `$pbkdf2-sha256$i=1000$$${digest}`],
    ['with a digest of three bytes, which many passwords would fit', `$pbkdf2-sha256$i=1000$${seasoning}$AAAA`],
    ['of an older Argon2', `$argon2id$v=16$m=4096,t=2,p=1$${seasoning}$${digest}`],
    ['with less memory than Argon2 allows', `$argon2id$v=19$m=7,t=2,p=1$${seasoning}$${digest}`],
    ['without its rounds', `$pbkdf2-sha256$x=1$${seasoning}$${digest}`],
    ['of bcrypt at a cost that there is not', `$2b$32$${'a'.repeat(53)}`],
    ['of bcrypt cut off', `$2b$10$${'a'.repeat(52)}`],
    ['of a plain password', 'password'],
  ])('is refused at import when it is %s', (_what, hash) => expect(judgeHash(hash)).toBe('unknown'));

  it.each([
    ['bcrypt', 'cost 13', `$2b$13$${'a'.repeat(53)}`, `$2b$14$${'a'.repeat(53)}`],
    [
      'PBKDF2',
      '1,000,000 rounds',
      `$pbkdf2-sha256$i=1000000$${seasoning}$${digest}`,
      `$pbkdf2-sha512$i=1000001$${seasoning}$${digest}`,
    ],
    [
      'Argon2',
      '512 MiB-passes',
      `$argon2id$v=19$m=262144,t=2,p=1$${seasoning}$${digest}`,
      `$argon2id$v=19$m=262144,t=3,p=1$${seasoning}$${digest}`,
    ],
    [
      'Argon2',
      '256 MiB',
      `$argon2i$v=19$m=65536,t=8,p=4$${seasoning}$${digest}`,
      `$argon2id$v=19$m=262145,t=1,p=1$${seasoning}$${digest}`,
    ],
    ['scrypt', '128 MiB', `$scrypt$ln=17,r=8,p=1$${seasoning}$${digest}`, `$scrypt$ln=18,r=8,p=1$${seasoning}$${digest}`],
    ['scrypt', '256 MiB-lanes', `$scrypt$ln=16,r=8,p=4$${seasoning}$${digest}`, `$scrypt$ln=16,r=8,p=5$${seasoning}$${digest}`],
  ])(
    'of %s is taken up to %s and not dearer, so that imported lines cannot stop the sign-ins of others',
    (_kind, _most, payable, dearer) => {
      expect(judgeHash(payable)).toBe('supported');
      expect(judgeHash(dearer)).toBe('too-costly');
    },
  );
});

describe('a storm of sign-ins', () => {
  it('is let in a few at a time, in turn, and refused with a time to come back when the queue is full', async () => {
    const hashing = createPasswordHashing({ concurrent: 1, waiting: 2 });
    const ended: number[] = [];
    const outcomes = await Promise.allSettled(
      [0, 1, 2, 3, 4].map(async (n) => {
        await hashing.hash(`password ${n}`);
        ended.push(n);
      }),
    );
    expect(ended).toEqual([0, 1, 2]);
    for (const refused of outcomes.slice(3))
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'hashing_busy', retryAfterSeconds: 5 } });
    await hashing.hash('the queue is empty again');
  });
});
