import type { Account, IdentityEvidence, IdentityLevel } from '#src/accounts/account.ts';
import { lastSecondOf } from './constraints.ts';

/** The names under which this deployment says how a person was verified. */
export interface VerificationTerms {
  readonly trustFramework: string;
  /** An officer saw the person and their identity document. */
  readonly inPersonCheck: string;
  /** What was entered was compared with a register's record. */
  readonly registerCheck: string;
}

/** Our own identifiers carry our name. @see OpenID Connect for Identity Assurance 1.0, 12 */
export const createVerificationTerms = (trustFramework: string, claimsPrefix: string): VerificationTerms => ({
  trustFramework,
  inPersonCheck: `${claimsPrefix}check-methods/in-person`,
  registerCheck: `${claimsPrefix}check-methods/register`,
});

const day = 24 * 3600_000;

/** When something was done, to the second by which it certainly was; undefined for what names no day, or one to come. */
function timeOf(date: string, nowMs: number): { readonly time?: string } {
  const moment = lastSecondOf(date);
  if (moment === undefined || date.length < 10 || moment >= nowMs + day) return {};
  return { time: new Date(Math.min(moment, nowMs)).toISOString().replace(/\.\d+Z$/, 'Z') };
}

/** Only what is there: an absent member stays absent. */
const ifHeld = <Value>(name: string, value: Value | undefined): { readonly [member: string]: Value } =>
  value === undefined ? {} : { [name]: value };

function seenDocument(terms: VerificationTerms, { place, date, document }: IdentityEvidence, nowMs: number): object {
  return {
    type: 'document',
    check_details: [{ check_method: terms.inPersonCheck, organization: place, ...timeOf(date, nowMs) }],
    ...(document && {
      document_details: {
        type: document.type,
        ...ifHeld('date_of_issuance', document.issuedOn),
        ...ifHeld('date_of_expiry', document.expiresOn),
        ...ifHeld('issuer', document.issuer && { name: document.issuer }),
      },
    }),
  };
}

function comparedRecord(terms: VerificationTerms, { register }: IdentityEvidence, nowMs: number): object[] {
  if (register === undefined) return [];
  return [
    {
      type: 'electronic_record',
      check_details: [{ check_method: terms.registerCheck, ...timeOf(register.date, nowMs) }],
      record: { type: 'population_register', source: { name: register.source } },
    },
  ];
}

/** The one kind of evidence that says how a person was verified; of others nothing is said but the level. */
export const inPerson = 'in-person';

/**
 * Everything that can be said about how a person was verified, and nothing that the evidence does not hold. The officer is nobody's business.
 * @param identityLevel of the sign-in: evidence belongs to level 2
 */
export function sayVerification(
  terms: VerificationTerms,
  { evidence }: Pick<Account, 'evidence'>,
  identityLevel: IdentityLevel,
  nowMs: number,
): object {
  const said = { trust_framework: terms.trustFramework, assurance_level: `level${identityLevel}` };
  if (identityLevel === 1 || evidence === undefined) return said;
  const seen = evidence.kind === inPerson ? [seenDocument(terms, evidence, nowMs)] : [];
  const all = [...seen, ...comparedRecord(terms, evidence, nowMs)];
  return { ...said, ...timeOf(evidence.date, nowMs), ...(all.length === 0 ? {} : { evidence: all }) };
}
