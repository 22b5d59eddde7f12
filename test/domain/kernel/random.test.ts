import { describe, expect, it } from 'vitest';
import { derivedIdentifier, type Random, randomIdentifier } from '#src/kernel/random.ts';

describe('an identifier', () => {
  it('is never taken for an option of the command that it is typed after', () => {
    const drawn = [0xfb, 0x04];
    const random: Random = { bytes: (length) => Buffer.alloc(length, drawn.shift()), below: () => 0 };
    expect(Buffer.alloc(16, 0xfb).toString('base64url')).toMatch(/^-/);
    expect(randomIdentifier(random)).toBe(Buffer.alloc(16, 0x04).toString('base64url'));
    expect(drawn).toEqual([]);
  });
});

it("a derived identifier is always the same, never begins with a - and is nobody else's", () => {
  const ids = Array.from({ length: 2000 }, (_, n) => derivedIdentifier(`request ${n}`));
  expect(ids.filter((id) => !/^[\w][\w-]{31}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(2000);
  expect(derivedIdentifier('request 7')).toBe(ids[7]);
});
