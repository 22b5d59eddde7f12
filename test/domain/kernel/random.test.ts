import { describe, expect, it } from 'vitest';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';

describe('an identifier', () => {
  it('is never taken for an option of the command that it is typed after', () => {
    const drawn = [0xfb, 0x04];
    const random: Random = { bytes: (length) => Buffer.alloc(length, drawn.shift()), below: () => 0 };
    expect(Buffer.alloc(16, 0xfb).toString('base64url')).toMatch(/^-/);
    expect(randomIdentifier(random)).toBe(Buffer.alloc(16, 0x04).toString('base64url'));
    expect(drawn).toEqual([]);
  });
});
