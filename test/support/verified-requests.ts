import fc from 'fast-check';
import type { IdentityEvidence } from '#src/accounts/account.ts';
import { claimsInVerifiedClaims, createClaimCatalogue } from '#src/consent/claim-catalogue.ts';
import { createVerificationTerms } from '#src/consent/verification.ts';

export type Json = string | number | null | readonly Json[] | { readonly [member: string]: Json };
type Wish = null | { readonly [member: string]: Json };

export interface WantedSet {
  readonly verification: { readonly [member: string]: Json };
  readonly claims: { readonly [name: string]: Wish };
}

const prefix = 'https://senid.example/claims/';
export const catalogue = createClaimCatalogue(prefix);
export const terms = createVerificationTerms('https://senid.example/tf/vn-eid', prefix);
export const names = claimsInVerifiedClaims(catalogue);

/** What may be kept of how somebody was proven, well and badly written. */
export const evidences: fc.Arbitrary<IdentityEvidence> = fc.record(
  {
    kind: fc.constantFrom('in-person', 'other'),
    place: fc.constant('Phường Mẫu'),
    date: fc.constantFrom('2026-01-15', '2026-01-15T09:30:00+07:00', '2027-01-01', '15/01/2026', '2026'),
    officer: fc.constant('officer-0001'),
    document: fc.constantFrom(
      { type: 'idcard' as const },
      { type: 'passport' as const, issuer: 'Bộ', issuedOn: '2024-01-01', expiresOn: '2034-01-01' },
    ),
    register: fc.constant({ source: 'Dân cư', date: '2026-01-16' }),
  },
  { requiredKeys: ['kind', 'place', 'date', 'officer'] },
);

/** Named, or limited to some of these values; the first is what is held when anything is. */
const wish = (...values: readonly string[]): fc.Arbitrary<Json> => {
  const value = fc.constantFrom(...values);
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(null) },
    fc.record({ value }),
    fc.record({ values: fc.array(value, { minLength: 1, maxLength: 2 }) }),
    fc.record({ essential: fc.constant(true as never) }) as fc.Arbitrary<Json>,
  );
};
const dated = fc.oneof(
  { weight: 12, arbitrary: fc.constant(null) },
  fc.record({ max_age: fc.constantFrom(0, 86_400 * 300, 86_400 * 320, 86_400 * 5000) }),
) as fc.Arbitrary<Json>;
const some = (members: Record<string, fc.Arbitrary<Json>>, requiredKeys: string[] = []) =>
  fc.record(members, { requiredKeys }) as fc.Arbitrary<{ readonly [member: string]: Json }>;

const check = some({
  check_method: wish(terms.inPersonCheck, terms.registerCheck, 'vri'),
  organization: wish('Phường Mẫu', 'Phường Khác'),
  time: dated,
});
const checks = fc.array(check, { minLength: 1, maxLength: 2 });
const documentDetails = some({
  type: wish('idcard', 'passport'),
  date_of_issuance: dated,
  date_of_expiry: dated,
  serial_number: wish('1'),
  issuer: some({ name: wish('Bộ', 'Sở') }),
});
const record = some({ type: wish('population_register', 'other'), source: some({ name: wish('Dân cư', 'Khác') }) });
const evidenceWish = (type: string) =>
  some({ type: fc.constant({ value: type }), check_details: checks, document_details: documentDetails, record }, ['type']);
const verifications = some(
  {
    trust_framework: wish(terms.trustFramework, 'eidas'),
    assurance_level: wish('level2', 'level1'),
    time: dated,
    evidence: fc.array(fc.oneof(...['document', 'electronic_record', 'vouch'].map(evidenceWish)), { minLength: 1, maxLength: 3 }),
    verification_process: wish('x'),
  },
  ['trust_framework'],
);
const claimWishes = fc.dictionary(
  fc.constantFrom(...names, 'email'),
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    fc.record({ value: fc.constantFrom('female', 'Nguyễn Lan', 'nobody') }),
    fc.record({ values: fc.constant(['1990', 'female']) }),
    fc.record({ max_age: fc.constant(86_400 * 365 * 40) }),
  ) as fc.Arbitrary<Wish>,
  { minKeys: 1, maxKeys: 5 },
);
/** Any request for verified claims that is well formed. */
export const sets: fc.Arbitrary<WantedSet> = fc.record({ verification: verifications, claims: claimWishes });
