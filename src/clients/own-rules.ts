import { hintFor } from './closest-name.ts';
import { memberInvalid } from './errors.ts';
import type { Members } from './member-shapes.ts';

/** `…id2-auth3` → [2, 3]. */
const axesOf = (acr: string): number[] => Array.from(acr.matchAll(/\d/g), ([digit]) => Number(digit));

function satisfies(reached: string, required: string): boolean {
  const least = axesOf(required);
  return axesOf(reached).every((level, axis) => level >= (least[axis] ?? 0));
}

const repeated = (names: readonly string[]): string | undefined => names.find((name, at) => names.indexOf(name) !== at);

/** A service must be able to ask for, and to get, what it requires. */
export function checkAcr({ min_acr: least, allowed_acr: allowed, default_acr_values: defaults }: Members): void {
  const outside = defaults.find((acr) => !allowed.includes(acr));
  if (outside !== undefined) throw memberInvalid('default_acr_values', `${outside} is not in allowed_acr`);
  if (!allowed.some((acr) => satisfies(acr, least)))
    throw memberInvalid('min_acr', `no value of allowed_acr satisfies ${least}, so nobody could sign in`);
}

/** In every ID token or every answer of userinfo, whatever was registered: naming them asks for nothing. */
const alwaysGiven: readonly string[] = ['sub', 'iss', 'sid', 'acr', 'amr', 'auth_time'];

/** Names are those of `claims_supported`, for verified claims too. */
export function checkClaims({ allowed_claims: allowed, legal_basis: bases, ...members }: Members, known: readonly string[]): void {
  const unknown = allowed.find((claim) => !known.includes(claim) && !alwaysGiven.includes(claim));
  if (unknown !== undefined) throw memberInvalid('allowed_claims', `${unknown} is not a known claim${hintFor(unknown, known)}`);
  const double = repeated(allowed);
  if (double !== undefined) throw memberInvalid('allowed_claims', `${double} stands twice`);
  const byLaw = bases.map(({ claim }) => claim);
  const outside = byLaw.find((claim) => !allowed.includes(claim));
  if (outside !== undefined) throw memberInvalid('legal_basis', `${outside} is not in allowed_claims${hintFor(outside, allowed)}`);
  const twice = repeated(byLaw);
  if (twice !== undefined) throw memberInvalid('legal_basis', `${twice} stands twice`);
  if (members.class !== 'public' && bases.length > 0)
    throw memberInvalid('legal_basis', 'only a public service reads claims by law');
}

/** A consent is remembered for a purpose by its id. */
export function checkPurposes({ purposes = [] as never }: Members): void {
  const twice = repeated(purposes.map(({ id }) => id));
  if (twice !== undefined) throw memberInvalid('purposes', `the id ${twice} stands twice`);
}

/** Public subjects let services put together what they know of a person: only for a reason that was written down. */
export function checkSubjectType({ subject_type: type, subject_type_reason: reason, ...members }: Members): void {
  if (type === 'pairwise' && reason !== undefined) throw memberInvalid('subject_type_reason', 'only with subject_type public');
  if (type === 'public' && reason === undefined && members.class !== 'internal')
    throw memberInvalid(
      'subject_type',
      'public lets services recognise the same person, so say why in subject_type_reason; without subject_type it is pairwise',
    );
}
