import { DomainError } from '#src/kernel/domain-error.ts';
import type { PersonName } from './account.ts';
import type { AccountErrorCode } from './errors.ts';

const refuse = (code: AccountErrorCode, detail?: string): never => {
  throw new DomainError(code, detail === undefined ? {} : { detail });
};

/** As typed or pasted → as kept: full-width signs as plain ones (NFKC), nothing that can't be seen, no spaces or dots, capitals. */
export const normaliseIdNumber = (typed: string): string =>
  typed
    .normalize('NFKC')
    .replace(/[\s.\p{Cf}-]/gu, '')
    .toUpperCase()
    .slice(0, 64);

/** 12 digits for citizens, an opaque number for foreigners; nothing is read out of it. @throws {DomainError} `id_number_invalid` */
export function checkIdNumber(typed: string, kind: 'citizen' | 'foreigner'): string {
  const number = normaliseIdNumber(typed);
  const isRight = kind === 'citizen' ? /^\d{12}$/.test(number) : /^[A-Z0-9]{6,20}$/.test(number);
  return isRight ? number : refuse('id_number_invalid');
}

/** The range that no register issues: demo and test people (province code 000). */
export const isInventedIdNumber = (idNumber: string): boolean => idNumber.startsWith('000');

/** National (`0` and nine digits) or E.164 → E.164. @throws {DomainError} `phone_invalid` */
export function checkPhone(typed: string): string {
  const digits = typed.replace(/[\s.()-]/g, '');
  if (/^0[35789]\d{8}$/.test(digits)) return `+84${digits.slice(1)}`;
  return /^\+[1-9]\d{7,14}$/.test(digits) ? digits : refuse('phone_invalid');
}

const namePart = /^[\p{L}\p{M}'’. -]{1,100}$/u;

/** @throws {DomainError} `name_invalid` */
export function checkName(name: PersonName): PersonName {
  const clean = (part: string): string => part.normalize('NFC').trim().replace(/\s+/g, ' ');
  const checked = { family: clean(name.family), middle: clean(name.middle), given: clean(name.given) };
  const isRight =
    namePart.test(checked.family) && namePart.test(checked.given) && (checked.middle === '' || namePart.test(checked.middle));
  return isRight ? checked : refuse('name_invalid');
}

/** `YYYY-MM-DD`, or `YYYY` alone, not in the future. @throws {DomainError} `birthdate_invalid` */
export function checkBirthdate(birthdate: string, nowMs: number): string {
  const thisYear = new Date(nowMs).getUTCFullYear();
  if (/^\d{4}$/.test(birthdate))
    return Number(birthdate) >= 1880 && Number(birthdate) <= thisYear ? birthdate : refuse('birthdate_invalid');
  const date = new Date(`${birthdate}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(birthdate) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(birthdate);
  return isDay && date.getTime() <= nowMs && date.getUTCFullYear() >= 1880 ? birthdate : refuse('birthdate_invalid');
}

/** The ones tried first by everybody who guesses; longer lists belong to the breach check. */
const mostCommon = new Set([
  'password',
  '12345678',
  '123456789',
  '1234567890',
  'qwertyuiop',
  'matkhau123',
  'password1',
  'password123',
  'iloveyou1',
  '11111111',
  '00000000',
  'abc12345',
  'qwerty123',
  '123123123',
  '88888888',
]);

/** @throws {DomainError} `password_too_weak` */
export function checkPassword(password: string): string {
  const normal = password.normalize('NFC');
  const length = [...normal].length;
  return length >= 8 && length <= 128 && !mostCommon.has(normal.toLowerCase()) ? normal : refuse('password_too_weak');
}
