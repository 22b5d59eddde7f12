import { z } from 'zod';
import type { AgencyName } from '#config/agencies.ts';

/** One line that can be shown, NFC. */
const line = z
  .string()
  .overwrite((given) => given.normalize('NFC').trim())
  .min(1)
  .max(200)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
const day = z.iso.date();

interface TypeOfDocument {
  /** Who keeps the register that it stands in. */
  readonly agency: AgencyName;
  /** Its number, as `normaliseNumber` writes it. */
  readonly number: RegExp;
  /** What of its record is kept, shown and released; whatever else an agency says is dropped. `expires_on` is its last day. */
  readonly record: z.ZodObject;
}

/** The documents of citizens that can be integrated: one row each, used by rules, claims and the texts. */
export const documentTypes = {
  driving_licence: {
    agency: 'traffic-police',
    number: /^\d{12}$/,
    record: z.object({
      full_name: line,
      classes: z.array(line.max(10)).min(1).max(20),
      issued_on: day,
      expires_on: day.optional(),
    }),
  },
  health_insurance: {
    agency: 'social-insurance',
    number: /^(\d{10}|[A-Z]{2}\d{13})$/,
    record: z.object({ full_name: line, first_care_place: line.optional(), valid_from: day, expires_on: day.optional() }),
  },
  social_insurance: {
    agency: 'social-insurance',
    number: /^\d{10}$/,
    record: z.object({ full_name: line, participating: z.boolean(), joined_on: day.optional() }),
  },
  vehicle_registration: {
    agency: 'traffic-police',
    // the plate without its signs: 30A12345
    number: /^\d{2}[A-Z][A-Z0-9]?\d{4,5}$/,
    record: z.object({ full_name: line, vehicle: line, colour: line.optional(), issued_on: day, expires_on: day.optional() }),
  },
  marriage_certificate: {
    agency: 'civil-status',
    number: /^\d{1,5}\/\d{4}$/,
    record: z.object({ full_name: line, spouse_name: line, registered_on: day, registered_at: line }),
  },
  birth_certificate: {
    agency: 'civil-status',
    number: /^\d{1,5}\/\d{4}$/,
    record: z.object({ full_name: line, birthdate: day, birth_place: line, registered_on: day, registered_at: line }),
  },
} as const satisfies Record<string, TypeOfDocument>;

export type DocumentType = keyof typeof documentTypes;

/** What an agency's register says of a document; days are `YYYY-MM-DD`. */
export type DocumentRecord = { readonly expires_on?: string | undefined } & Readonly<Record<string, unknown>>;

export const documentNames = Object.keys(documentTypes) as DocumentType[];

export const isDocumentType = (name: string): name is DocumentType => Object.hasOwn(documentTypes, name);

/** As typed or copied from the paper → one way of writing it. */
export const normaliseNumber = (typed: string): string =>
  typed
    .normalize('NFKC')
    .replace(/[\s.\p{Cf}\p{Pd}]/gu, '')
    .toUpperCase()
    .slice(0, 64);

/** The number as it is kept; undefined for what can't be one of this type. */
export function numberOf(type: DocumentType, typed: string): string | undefined {
  const number = normaliseNumber(typed);
  return documentTypes[type].number.test(number) ? number : undefined;
}

/** The members of a record that belong to its type; undefined for what is none. */
export function recordOf(type: DocumentType, said: unknown): DocumentRecord | undefined {
  const parsed = documentTypes[type].record.safeParse(said);
  return parsed.success ? (parsed.data as DocumentRecord) : undefined;
}
