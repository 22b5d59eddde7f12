import { dayInVietNam } from '#src/kernel/viet-nam-day.ts';

/** Ages that Vietnamese law and custom ask for: identity card, work, majority, gambling and the like, pension. */
const ages = [14, 16, 18, 21, 60] as const;

/** `1990-02-01` and 18 → `2008-02-01`: dates of this form are ordered like their texts. */
const yearsAfter = (day: string, years: number): string => `${Number(day.slice(0, 4)) + years}${day.slice(4)}`;

/**
 * Whether somebody has reached an age. Of a birthdate that is a year alone every day of the year is possible, so there is an answer only where it
 * is the same for all of them. Who was born on 29 February reaches an age on 1 March of a common year.
 * @param birthdate `YYYY-MM-DD` or `YYYY`
 */
export function hasReached(birthdate: string, years: number, nowMs: number): boolean | undefined {
  const today = dayInVietNam(nowMs);
  const isYearAlone = birthdate.length === 4;
  if (today >= yearsAfter(isYearAlone ? `${birthdate}-12-31` : birthdate, years)) return true;
  if (today < yearsAfter(isYearAlone ? `${birthdate}-01-01` : birthdate, years)) return false;
  return undefined;
}

/** Claims that say one thing about a birthdate and nothing else of it, by their short names. */
export const ageClaims = ages.map((years) => ({ name: `age_over_${years}`, years }));
