import type { UserInfoResponse } from 'openid-client';
import { dateInWords, type Language } from '../service/words.ts';

const claimsPrefix = String(process.env['DEMO_CLAIMS_PREFIX']);

/** A document as SenID releases it: what the managing agency's register says. */
export type Document = Readonly<Record<string, unknown>>;

/** Undefined where the person has none that is verified, or did not agree. */
export function documentOf(person: UserInfoResponse, name: 'driving_licence' | 'health_insurance'): Document | undefined {
  const value = person[claimsPrefix + name];
  return typeof value === 'object' && value !== null ? (value as Document) : undefined;
}

/** A member in words; a day as people write it. */
export function memberOf(document: Document, name: string, language: Language): string | undefined {
  const value = document[name];
  if (Array.isArray(value)) return value.join(', ');
  return value === undefined ? undefined : dateInWords(String(value), language);
}
