import type { ClaimCatalogue } from './claim-catalogue.ts';
import { isObject, type Wish } from './constraints.ts';
import type { ValueDigest } from './value-digest.ts';
import type { VerifiedRequest } from './verified-claims-request.ts';

type Members = { readonly [member: string]: unknown };

const withoutValues = ({ value: _value, values: _values, ...others }: Members): Members => others;

function hiddenWish(claim: string, wish: Wish, digest: ValueDigest): Wish {
  if (!isObject(wish)) return wish;
  const { value, values } = wish;
  return {
    ...withoutValues(wish),
    ...('value' in wish && { value_digest: digest(claim, value) }),
    ...(Array.isArray(values) && { value_digests: values.map((each) => digest(claim, each)) }),
  };
}

/** A checked request with digests in the place of the values that it wants claims to have. */
export const hideVerifiedValues = ({ sets, ...request }: VerifiedRequest, digest: ValueDigest): VerifiedRequest => ({
  ...request,
  sets: sets.map(({ verification, claims }) => ({
    verification,
    claims: Object.fromEntries(Object.entries(claims).map(([name, wish]) => [name, hiddenWish(name, wish, digest)])),
  })),
});

/** A plain member of a request: a comparison's value as a digest; of other claims about the person nobody reads a value, and none is kept. */
export function hidePlainValue(catalogue: ClaimCatalogue, name: string, member: unknown, digest: ValueDigest): unknown {
  const definition = catalogue.get(name);
  if (definition === undefined || !isObject(member)) return member;
  const guess = definition.guess?.(member['value'], digest);
  return { ...withoutValues(member), ...(guess === undefined ? {} : { value_digest: guess }) };
}

/** The digest that was put in the place of a comparison's value. */
export function guessIn(member: unknown): string | undefined {
  const guess = isObject(member) ? member['value_digest'] : undefined;
  return typeof guess === 'string' ? guess : undefined;
}

/** Whether a claim has the value, or one of the values, that a request wants. */
export function hasWantedValue(claim: string, wish: Wish | undefined, held: unknown, digest: ValueDigest): boolean {
  if (!isObject(wish)) return true;
  const { value_digest: one, value_digests: several } = wish;
  if (one === undefined && several === undefined) return true;
  const own = digest(claim, held);
  return (one === undefined || one === own) && (!Array.isArray(several) || several.includes(own));
}
