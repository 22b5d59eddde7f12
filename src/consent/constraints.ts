import { isDeepStrictEqual } from 'node:util';

/** What a service asks of one element: null names it, an object may also limit what it may be. @see OpenID Connect for Identity Assurance 1.0, 5.5 */
export type Wish = null | { readonly [member: string]: unknown } | readonly Wish[];

export const isObject = (value: unknown): value is { readonly [member: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members that limit; each in the form the request's rules have checked. */
const limits = ['value', 'values', 'max_age'] as const;

const limitsOf = (wish: Wish | undefined): readonly string[] => (isObject(wish) ? limits.filter((limit) => limit in wish) : []);

/** Whether anything in it limits, however deep. */
export function isLimited(wish: unknown): boolean {
  if (Array.isArray(wish)) return wish.some(isLimited);
  return isObject(wish) && (limitsOf(wish as Wish).length > 0 || Object.values(wish).some(isLimited));
}

/**
 * The last second that a date or time stamp can mean: of a day, its end in Viet Nam; of a year, that of its last day.
 * @returns milliseconds since the epoch; undefined for what is neither
 * @see OpenID Connect for Identity Assurance 1.0, 5.5.2
 */
export function lastSecondOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const day = /^\d{4}$/.test(text) ? `${text}-12-31` : text;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day);
  if (!isDay && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(day)) return undefined;
  const moment = Date.parse(isDay ? `${day}T23:59:59+07:00` : day);
  const isReal = isDay ? new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) === true : !Number.isNaN(moment);
  return isReal ? moment : undefined;
}

function isYoungEnough(held: unknown, maxAge: unknown, nowMs: number): boolean {
  const moment = lastSecondOf(held);
  return moment !== undefined && nowMs - moment <= Number(maxAge) * 1000;
}

/** Whether a value is what the service would take. What is not there meets no limit. */
export function meets(wish: Wish | undefined, held: unknown, nowMs: number): boolean {
  if (!isObject(wish)) return true;
  if (held === undefined) return limitsOf(wish).length === 0;
  if ('value' in wish && !isDeepStrictEqual(wish['value'], held)) return false;
  const { values } = wish as { readonly values?: readonly unknown[] };
  if (values !== undefined && !values.some((value) => isDeepStrictEqual(value, held))) return false;
  return !('max_age' in wish) || isYoungEnough(held, wish['max_age'], nowMs);
}
