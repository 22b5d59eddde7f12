import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acrValues, authenticationLevels } from '#config/acr.ts';
import { authenticationLevelOf } from '#src/assurance/authentication-level.ts';
import { type AuthenticationLevel, formatAcr, join, type Level, lowestLevel, parseAcr, satisfies } from '#src/assurance/level.ts';
import type { Amr } from '#src/assurance/methods.ts';
import { authTimeOf, reachedLevel } from '#src/assurance/reached-level.ts';
import { requiredLevel } from '#src/assurance/required-level.ts';
import { tokenAcr } from '#src/assurance/token-acr.ts';
import { isEnded } from '#src/assurance/token-check.ts';

const now = 1_800_000_000;
const amr = fc.constantFrom<Amr>('pwd', 'otp', 'sms', 'swk', 'hwk', 'user', 'face', 'fpt');
/** When everything of the account was ended, in milliseconds: never, or twice. */
const endings = [0, (now - 50_000) * 1000, (now - 5000) * 1000] as const;
const method = fc.record({
  amr,
  // a clock may be 90 s ahead
  at: fc.oneof(fc.integer({ min: now - 250, max: now + 90 }), fc.integer({ min: now - 100_000, max: now })),
  under: fc.constantFrom(undefined, ...endings),
  across: fc.constantFrom(undefined, true),
});
const methods = fc.uniqueArray(method, { selector: ({ amr: name, across }) => `${name} ${across}`, minLength: 1, maxLength: 8 });
const acr = fc.constantFrom(...acrValues);
const anyAcr = fc.oneof(acr, fc.constantFrom('urn:mace:incommon:iap:silver', '', 'urn:senid:acr:id3-auth9'));
const level: fc.Arbitrary<Level> = acr.map((value) => parseAcr(value) ?? lowestLevel);
const authentication = fc.constantFrom<AuthenticationLevel | 0>(0, 1, 2, 3, 4);

type Situation = typeof situation extends fc.Arbitrary<infer Value> ? Value : never;

const situation = fc.record({
  essential: fc.option(fc.array(anyAcr, { minLength: 1, maxLength: 4 }), { nil: undefined }),
  voluntary: fc.option(fc.array(anyAcr, { maxLength: 8 }), { nil: undefined }),
  minimum: fc.oneof(fc.constant(lowestLevel), level),
  allowed: fc.uniqueArray(acr, { minLength: 3, maxLength: 8 }).map((values) => new Set<string>(values)),
  defaults: fc.array(acr, { maxLength: 2 }),
  scopes: fc.oneof(fc.constant(lowestLevel), level),
  reach: fc.record({ identity: fc.constantFrom<1 | 2>(1, 2), authentication }),
  methods,
  validFrom: fc.constantFrom(...endings),
  provenNow: fc.boolean(),
});

function decide(given: Situation) {
  const client = { minimum: given.minimum, allowed: given.allowed, defaults: given.defaults };
  const requirement = requiredLevel({ essential: given.essential, voluntary: given.voluntary }, client, given.scopes, given.reach);
  const proof = {
    methods: given.methods.filter((each) => !isEnded(given, each)),
    identityLevel: given.reach.identity,
    now,
    provenNow: given.provenNow,
  };
  const reached = reachedLevel(proof);
  if (requirement.outcome === 'unmet' || reached === undefined || !satisfies(reached.level, requirement.required)) return undefined;
  return { requirement, proof, reached, acr: tokenAcr(reached.level, requirement.required, requirement.asked) };
}

/** The level worked out the slow way: every subset of methods of the right age. */
function provenBySlowCount(proof: NonNullable<ReturnType<typeof decide>>['proof'], wanted: number): boolean {
  const row = authenticationLevels[wanted - 1];
  if (row === undefined || (!row.fromSessionAlone && !proof.provenNow)) return false;
  const usable = proof.methods.filter(({ at }) => at >= now - row.maxAgeSeconds);
  const counted = wanted === 4 ? usable.filter(({ across }) => across !== true) : usable;
  return authenticationLevelOf(counted.map((each) => each.amr)) >= wanted;
}

const property = (name: string, check: (decided: NonNullable<ReturnType<typeof decide>>, given: Situation) => void): void => {
  it(name, () => {
    let tokens = 0;
    fc.assert(
      fc.property(situation, (given) => {
        const decided = decide(given);
        if (decided === undefined) return;
        tokens += 1;
        check(decided, given);
      }),
      { numRuns: 20_000 },
    );
    // a property over no tokens would prove nothing
    expect(tokens).toBeGreaterThan(300);
  });
};

property('no token carries more than was proven', ({ proof, acr: value }) => {
  const said = parseAcr(value);
  expect(said).toBeDefined();
  if (said === undefined) return;
  expect(said.identity).toBeLessThanOrEqual(proof.identityLevel);
  expect(provenBySlowCount(proof, said.authentication)).toBe(true);
});

property('no token carries less than was required by the client and the scopes', ({ acr: value }, given) => {
  const said = parseAcr(value) ?? lowestLevel;
  expect(satisfies(said, join(given.minimum, given.scopes))).toBe(true);
});

property('an essential acr is answered by a level that satisfies one of its values', ({ reached }, given) => {
  if (given.essential === undefined) return;
  const known = given.essential.map(parseAcr).filter((value) => value !== undefined);
  expect(known.some((value) => satisfies(reached.level, value))).toBe(true);
});

property('every amr was proven, and auth_time is the time of a method that was', ({ reached, proof, acr: value }) => {
  const proven = new Set<string>(proof.methods.map((each) => each.amr));
  expect(reached.amr.filter((name) => name !== 'mfa').every((name) => proven.has(name))).toBe(true);
  const authTime = authTimeOf((parseAcr(value) ?? lowestLevel).authentication, proof);
  expect(proof.methods.some(({ at }) => at === authTime)).toBe(true);
});

property(
  'no token counts what was proven before everything was ended, whatever the time it bears',
  ({ reached, acr: value, proof }, given) => {
    const since = given.methods.filter(({ at, under }) => (under ?? at * 1000) >= given.validFrom);
    const names = new Set<string>(since.map((each) => each.amr));
    expect(reached.amr.filter((name) => name !== 'mfa' && !names.has(name))).toEqual([]);
    const authTime = authTimeOf((parseAcr(value) ?? lowestLevel).authentication, proof);
    expect(since.some(({ at }) => at === authTime)).toBe(true);
  },
);

it('a level is written and read the same', () => {
  for (const value of acrValues) expect(formatAcr(parseAcr(value) ?? lowestLevel)).toBe(value);
  expect(acrValues).toHaveLength(8);
});

it('the order of levels is partial: neither of id2-auth1 and id1-auth3 satisfies the other, their join satisfies both', () => {
  const one: Level = { identity: 2, authentication: 1 };
  const other: Level = { identity: 1, authentication: 3 };
  expect(satisfies(one, other)).toBe(false);
  expect(satisfies(other, one)).toBe(false);
  expect(join(one, other)).toEqual({ identity: 2, authentication: 3 });
});
