import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account, IdentityEvidence, IdentityLevel, Person } from '#src/accounts/account.ts';
import type { Client } from '#src/clients/client.ts';
import { hideVerifiedValues } from '#src/consent/asked-values.ts';
import { releaseClaims } from '#src/consent/release.ts';
import { decisionKey, type Standing } from '#src/consent/standing.ts';
import { createValueDigest } from '#src/consent/value-digest.ts';
import { sayVerification } from '#src/consent/verification.ts';
import { releaseVerifiedClaims } from '#src/consent/verified-claims.ts';
import { parseVerifiedRequest } from '#src/consent/verified-claims-request.ts';
import { shapeFaults } from '#test/support/verified-claims-schema.ts';
import { catalogue, evidences, type Json, names, sets, terms, type WantedSet } from '#test/support/verified-requests.ts';

type Evidence = { readonly type: string; readonly [member: string]: Json };
interface Verification {
  readonly [member: string]: Json | readonly Evidence[] | undefined;
  readonly evidence?: readonly Evidence[];
}
type Answer = { readonly verification: Verification; readonly claims: Record<string, Json> };

const now = Date.UTC(2026, 10, 25);
const digest = createValueDigest({ blindIndex: (namespace, text) => hash('sha256', `${namespace} ${text}`) });

const person: Person = {
  idNumber: '000190000001',
  name: { family: 'Nguyễn', middle: '', given: 'Lan' },
  birthdate: '1990',
  gender: 'female',
  nationality: 'VNM',
  address: { locality: 'Phường Mẫu', region: 'Hà Nội', country: 'VN' },
};

const subset = fc.oneof({ weight: 3, arbitrary: fc.constant(names) }, fc.subarray(names));

const isMap = (value: unknown): value is { readonly [member: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The oracle's own reading of a limit. */
function fulfils(asked: Json | undefined, held: Json | undefined): boolean {
  if (!isMap(asked)) return true;
  const { value, values, max_age: maxAge } = asked as { value?: Json; values?: Json[]; max_age?: number };
  const text = JSON.stringify(held);
  if (value !== undefined && JSON.stringify(value) !== text) return false;
  if (values !== undefined && !values.some((each) => JSON.stringify(each) === text)) return false;
  if (maxAge === undefined) return true;
  if (typeof held !== 'string') return false;
  const moment = /T/.test(held) ? new Date(held) : new Date(`${held.length === 4 ? `${held}-12-31` : held}T23:59:59+07:00`);
  return (now - moment.getTime()) / 1000 <= maxAge;
}

/** Whether one wish is fulfilled all the way down; of the wishes of a list one must be, by one entry. */
function fulfilsAll(asked: Json | undefined, held: Json | undefined): boolean {
  if (Array.isArray(asked)) {
    const limited = /"(value|values|max_age)":/.test(JSON.stringify(asked));
    return !limited || (Array.isArray(held) && held.some((entry) => asked.some((each) => fulfilsAll(each, entry))));
  }
  if (!isMap(asked)) return true;
  if ('value' in asked || 'values' in asked || 'max_age' in asked) return fulfils(asked, held);
  return Object.entries(asked).every(([name, inner]) => fulfilsAll(inner, isMap(held) ? held[name] : undefined));
}

/** Every text of an answer with the way to it. */
function textsOf(said: unknown, way: readonly string[] = []): (readonly string[])[] {
  if (typeof said === 'string') return [way];
  return Object.entries(said as object).flatMap(([name, inner]) => textsOf(inner, Array.isArray(said) ? way : [...way, name]));
}

/** Whether a request names an element; in a list one of its wishes must. */
function isNamed(asked: Json | undefined, [first, ...rest]: readonly string[]): boolean {
  if (Array.isArray(asked)) return asked.some((each) => isNamed(each, first === undefined ? [] : [first, ...rest]));
  if (first === undefined) return asked !== undefined;
  return isMap(asked) && first in asked && isNamed(asked[first], rest);
}

interface Case {
  readonly set: WantedSet;
  readonly level: IdentityLevel;
  readonly evidence: IdentityEvidence;
  readonly registered: readonly string[];
  readonly granted: readonly string[];
}

const cases = fc.record<Case>({
  set: sets,
  level: fc.constantFrom<IdentityLevel>(1, 2, 2),
  evidence: evidences,
  registered: subset,
  granted: subset,
});

const verified = (list: readonly string[]): string[] => list.map((name) => `verified_claims.${name}`);

/** Everything plain is registered and granted too: that must change nothing. */
function answerTo(request: unknown, { level, evidence, registered, granted }: Case): { answer: unknown; said: Verification } {
  const parsed = parseVerifiedRequest('verified_claims', request);
  if (typeof parsed === 'string') throw new Error(parsed);
  const policy = {
    class: 'private',
    purposes: [{ id: 'p', vi: 'p', en: 'p' }],
    allowedClaims: [...names, ...verified(registered)],
    legalBasis: [],
  };
  const decisions: Standing['decisions'] = new Map(
    [...names, ...verified(granted)].map((name) => [decisionKey('p', name), 'granted']),
  );
  const said = sayVerification(terms, { evidence } as Account, level, now) as Verification;
  const question = {
    catalogue,
    client: { policy } as unknown as Client,
    standing: { decisions, offline: new Set<string>(), met: new Set(['p']) },
    purpose: 'p',
    identityLevel: level,
    person: () => person,
    now,
    digest,
    verification: said,
  };
  // by their registered names they are no claims of their own
  expect(
    releaseClaims(
      question,
      verified(names).map((name) => ({ name })),
    ),
  ).toEqual({});
  return {
    answer: JSON.parse(JSON.stringify(releaseVerifiedClaims(question, hideVerifiedValues(parsed, digest)) ?? null)) ?? undefined,
    said,
  };
}

describe('whatever is asked, registered, granted and held', () => {
  it('nothing leaves that was not, nothing leaves against a condition, and everything else does', () => {
    let answered = 0;
    let withEvidence = 0;
    fc.assert(
      fc.property(cases, (given) => {
        const { set, level, registered, granted } = given;
        const { answer, said } = answerTo(set, given);
        const levelOf = (name: string): number => catalogue.get(`verified_claims.${name}`)?.identityLevel ?? 3;
        const value = (name: string): Json =>
          JSON.parse(JSON.stringify(catalogue.get(name)?.read(person, { now, digest }) ?? null)) as Json;
        const free = Object.entries(set.claims)
          .filter(([name]) => registered.includes(name) && granted.includes(name) && levelOf(name) <= level)
          .filter(([name, asked]) => value(name) !== null && fulfils(asked, value(name)));
        const met = fulfilsAll(set.verification, said as Json);
        if (!met || free.length === 0) {
          expect(answer).toBeUndefined();
          return;
        }
        const { verification, claims } = answer as Answer;
        expect(shapeFaults(answer)).toEqual([]);
        expect(claims).toEqual(Object.fromEntries(free.map(([name]) => [name, value(name)])));
        for (const way of textsOf(verification)) expect(isNamed(set.verification, way), way.join('.')).toBe(true);
        for (const entry of verification.evidence ?? []) {
          const whole = (said.evidence ?? []).find(({ type }) => type === entry.type);
          const asked = set.verification['evidence'] as readonly Json[];
          expect(asked.some((each) => fulfilsAll(each, whole as Json))).toBe(true);
          withEvidence += 1;
        }
        expect(JSON.stringify(answer)).not.toContain('officer');
        answered += 1;
      }),
      { numRuns: 6000 },
    );
    expect(answered).toBeGreaterThan(300);
    expect(withEvidence).toBeGreaterThan(100);
  });

  it('several sets are answered as each would be by itself', () => {
    fc.assert(
      fc.property(cases, fc.array(sets, { minLength: 1, maxLength: 4 }), (given, list) => {
        const alone = list.flatMap((set) => (answerTo(set, given).answer as Answer | undefined) ?? []);
        expect(answerTo(list, given).answer).toEqual(alone.length === 0 ? undefined : alone);
      }),
      { numRuns: 1000 },
    );
  });

  it('a request that was read once is read the same again', () => {
    fc.assert(
      fc.property(fc.oneof(sets, fc.array(sets, { minLength: 1, maxLength: 3 })), (request) => {
        const read = (given: unknown): unknown => {
          const parsed = parseVerifiedRequest('verified_claims', given);
          return typeof parsed === 'string' ? parsed : JSON.parse(JSON.stringify(hideVerifiedValues(parsed, digest)));
        };
        const once = read(request);
        expect(read(once)).toEqual(once);
        expect(JSON.stringify(once)).not.toMatch(/Nguyễn|female/);
      }),
    );
  });

  it('any JSON at all is read or refused in words, and never a fault', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), cases, (junk, given) => {
        for (const request of [
          junk,
          { verification: { trust_framework: null, evidence: junk, x: junk }, claims: { name: null, y: junk } },
        ]) {
          const parsed = parseVerifiedRequest('verified_claims', request);
          if (typeof parsed === 'string') expect(parsed).toMatch(/^verified_claims/);
          else answerTo(request, given);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
