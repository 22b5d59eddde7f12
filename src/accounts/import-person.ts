import { z } from 'zod';
import { judgeHash } from '#src/hashing/foreign-hashes.ts';
import type { PasswordHashing } from '#src/hashing/password-hashing.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { documentTypes, type IdentityEvidence, type Person, type PostalAddress } from './account.ts';
import type { LineAccount } from './open-account.ts';
import { checkBirthdate, checkIdNumber, checkName, checkPassword, checkPhone, isInventedIdNumber } from './person-rules.ts';

/** One line of text: NFC, and nothing in it that can't be seen (control characters, marks that turn the direction of writing). */
const text = z
  .string()
  .overwrite((given) => given.normalize('NFC').trim())
  .min(1)
  .max(200)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'expected one line of visible characters');

const day = z.iso.date('expected a day, YYYY-MM-DD');

const evidence = z
  .strictObject({
    kind: text,
    place: text,
    date: text,
    officer: text,
    document: z
      .strictObject({ type: z.enum(documentTypes), issuer: text.optional(), issued_on: day.optional(), expires_on: day.optional() })
      .optional(),
    register: z.strictObject({ source: text, date: day }).optional(),
  })
  .transform(({ document, register, ...always }): IdentityEvidence => {
    if (document === undefined) return { ...always, ...(register && { register }) };
    const { type, issuer, issued_on: issuedOn, expires_on: expiresOn } = document;
    const seen = { type, ...(issuer && { issuer }), ...(issuedOn && { issuedOn }), ...(expiresOn && { expiresOn }) };
    return { ...always, document: seen, ...(register && { register }) };
  });

/** One line of an import (interfaces.md). */
const line = z.strictObject({
  // pasted with signs that can't be seen it is still the same number: `checkIdNumber` is strict about what remains
  id_number: z.string().max(200),
  kind: z.enum(['citizen', 'foreigner']).optional(),
  name: z.strictObject({ family: text, middle: z.string().max(200).default(''), given: text }),
  birthdate: text,
  gender: z.enum(['female', 'male', 'other']),
  phone: text.optional(),
  email: z.email().max(254).optional(),
  identity_level: z.union([z.literal(1), z.literal(2)]),
  password: z.string().optional(),
  password_hash: z.string().max(1000).optional(),
  totp_secret: z.string().optional(),
  nationality: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  address: z
    .strictObject({
      street_address: text.optional(),
      locality: text,
      region: text,
      country: z
        .string()
        .regex(/^[A-Z]{2}$/)
        .default('VN'),
    })
    .optional(),
  evidence: evidence.optional(),
  documents: z
    .array(z.strictObject({ type: text, number: text }))
    .max(20)
    .refine((all) => new Set(all.map(({ type }) => type)).size === all.length, 'one of each type')
    .default([]),
});

type Line = z.infer<typeof line>;

export interface ImportOptions {
  /** Stands in for missing evidence in development, where people are invented. */
  readonly defaultEvidence: IdentityEvidence | undefined;
  /** Dry runs check without hashing. */
  readonly hash: boolean;
  /** True in production: ID numbers of invented people are refused. */
  readonly refuseInvented?: boolean;
}

function parse(json: unknown): Line {
  const parsed = line.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DomainError('person_invalid', { detail: `${issue?.path.join('.') || 'line'}: ${issue?.message}` });
}

function postalAddress({ address }: Line): { address?: PostalAddress } {
  if (address === undefined) return {};
  const { street_address: streetAddress, ...rest } = address;
  return { address: { ...rest, ...(streetAddress === undefined ? {} : { streetAddress }) } };
}

function totpSecretOf({ totp_secret: secret }: Line): string | undefined {
  if (secret === undefined) return undefined;
  const clean = secret.replace(/[\s=]/g, '').toUpperCase();
  if (!/^[A-Z2-7]{16,128}$/.test(clean)) throw new DomainError('totp_secret_invalid');
  return clean;
}

const tooCostly =
  'too costly: bcrypt up to cost 13, PBKDF2 up to 1,000,000 rounds, argon2 up to 256 MiB and 512 MiB times passes, scrypt up to 128 MiB and 256 MiB times lanes; give the person a new password instead';

async function passwordHashOf(
  { password, password_hash: given }: Line,
  hashing: PasswordHashing,
  hash: boolean,
): Promise<string | undefined> {
  if (given !== undefined) {
    const judgement = judgeHash(given);
    if (judgement === 'supported') return given;
    throw new DomainError('password_hash_unsupported', { detail: judgement === 'too-costly' ? tooCostly : 'of an unknown form' });
  }
  if (password === undefined) return undefined;
  const checked = checkPassword(password);
  return hash ? hashing.hash(checked) : '';
}

/** Checks one line and gives the account it describes. @throws {DomainError} naming what is wrong */
export async function readPerson(
  json: unknown,
  { clock, hashing }: { readonly clock: Clock; readonly hashing: PasswordHashing },
  options: ImportOptions,
): Promise<LineAccount> {
  const given = parse(json);
  const kind = given.kind ?? (given.nationality === undefined || given.nationality === 'VNM' ? 'citizen' : 'foreigner');
  const person: Person = {
    idNumber: checkIdNumber(given.id_number, kind),
    name: checkName(given.name),
    birthdate: checkBirthdate(given.birthdate, clock.now()),
    gender: given.gender,
    nationality: given.nationality ?? 'VNM',
    ...(given.phone === undefined ? {} : { phone: checkPhone(given.phone) }),
    ...(given.email === undefined ? {} : { email: given.email }),
    ...postalAddress(given),
  };
  const evidence = given.identity_level === 2 ? (given.evidence ?? options.defaultEvidence) : undefined;
  if (given.identity_level === 2 && evidence === undefined) throw new DomainError('evidence_missing');
  if (options.refuseInvented === true && isInventedIdNumber(person.idNumber))
    throw new DomainError('id_number_invalid', { detail: 'numbers that begin with 000 belong to invented people' });
  return {
    kind,
    identityLevel: given.identity_level,
    person,
    evidence,
    passwordHash: await passwordHashOf(given, hashing, options.hash),
    totpSecret: totpSecretOf(given),
    documents: given.documents,
  };
}
