import { describe, expect, it } from 'vitest';
import { hasReached } from '#src/consent/age-claims.ts';

/** A moment on the clocks of Viet Nam. */
const inVietNam = (moment: string): number => Date.parse(`${moment}+07:00`);

describe('whether somebody has reached an age', () => {
  it.each([
    ['2008-11-25', 18, '2026-11-24T23:59:59', false],
    ['2008-11-25', 18, '2026-11-25T00:00:00', true],
    ['1966-01-01', 60, '2026-01-01T00:00:00', true],
    ['2012-12-31', 14, '2026-12-30T12:00:00', false],
    ['2008-02-29', 18, '2026-02-28T23:59:59', false],
    ['2008-02-29', 18, '2026-03-01T00:00:00', true],
    ['2008-02-29', 16, '2024-02-29T00:00:00', true],
  ])('born %s, %i years, at %s: %s', (birthdate, years, moment, expected) => {
    expect(hasReached(birthdate, years, inVietNam(moment))).toBe(expected);
  });

  it.each([
    ['2008', 18, '2025-12-31T23:59:59', false],
    ['2008', 18, '2026-01-01T00:00:00', undefined],
    ['2008', 18, '2026-12-30T23:59:59', undefined],
    ['2008', 18, '2026-12-31T00:00:00', true],
    ['1960', 60, '2026-06-01T00:00:00', true],
  ])('of the year %s alone, %i years, at %s: %s, because only what is certain is said', (birthdate, years, moment, expected) => {
    expect(hasReached(birthdate, years, inVietNam(moment))).toBe(expected);
  });
});
