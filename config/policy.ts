import type { ThrottlePolicy } from '#src/accounts/throttle.ts';
import type { BackchannelPolicy } from '#src/backchannel/ports.ts';
import type { MatchingPolicy } from '#src/consent/match-limit.ts';
import type { DocumentPolicy } from '#src/documents/ports.ts';
import type { HashingLimits } from '#src/hashing/password-hashing.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { KeyLives } from '#src/oidc/key-states.ts';
import type { ProtocolLives } from '#src/oidc/parts.ts';
import type { PaymentPolicy } from '#src/payments/face-needed.ts';
import type { SignInPolicy } from '#src/sign-in/ports.ts';
import type { BeginLimit } from '#src/web/middleware/begin-limit.ts';

/** Limits that law or experience may change: data with a date, never constants in rules. */
export interface Policy {
  /** The first day it holds, `YYYY-MM-DD`. */
  readonly from: string;
  readonly signIn: SignInPolicy;
  readonly lives: ProtocolLives;
  readonly signingKeys: KeyLives;
  readonly throttle: ThrottlePolicy;
  readonly backchannel: BackchannelPolicy;
  readonly payments: PaymentPolicy;
  /** Authorization requests of one subscriber. */
  readonly begins: BeginLimit;
  readonly matching: MatchingPolicy;
  readonly documents: DocumentPolicy;
  readonly hashing: Pick<HashingLimits, 'waiting'>;
  /** A wrong ID number or password is answered no earlier than this, in milliseconds: longer than the dearest hash that is imported takes. */
  readonly wrongEntryAfterMs: number;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Oldest first; the last one that has begun holds. */
export type DatedPolicies = readonly [Policy, ...Policy[]];

const policies: DatedPolicies = [
  {
    from: '2026-01-01',
    signIn: { consentLifeMs: 365 * day * 1000, knownBrowserLifeMs: 180 * day * 1000 },
    lives: {
      session: 12 * hour,
      interaction: 30 * minute,
      authorizationCode: minute,
      accessToken: hour,
      idToken: hour,
      clientCredentials: 10 * minute,
      refreshToken: 30 * day,
      grant: 60 * day,
    },
    // an hour is more than services keep a key set for; a month, because they show ID tokens again when they sign people out
    signingKeys: { publishedBeforeMs: hour * 1000, publishedAfterMs: 30 * day * 1000 },
    throttle: {
      accountAndNetwork: [
        { points: 5, seconds: 5 * minute },
        { points: 20, seconds: hour },
        { points: 50, seconds: day },
      ],
      accountAndBrowser: [
        { points: 10, seconds: 5 * minute },
        { points: 40, seconds: hour },
      ],
      network: [{ points: 300, seconds: 10 * minute }],
      // short enough that strangers who use it up can't keep a person from a new browser for long; the phone goes on all the while
      account: [{ points: 30, seconds: 10 * minute }],
    },
    backchannel: {
      requestSeconds: 300,
      longestSeconds: 600,
      pollSeconds: 5,
      requestsAMinute: 1200,
      mostOpen: 3,
      unanswered: 3,
      unansweredSeconds: 10 * minute,
      pauseSeconds: 30 * minute,
    },
    // Decision 2345/QĐ-NHNN of the State Bank
    payments: { faceAboveVnd: 10_000_000, faceAboveVndADay: 20_000_000 },
    begins: { points: 1200, seconds: minute },
    // enough for a value that was mistyped and mended; a birthdate is not found by trying
    matching: { values: 3, rememberedMs: 30 * day * 1000 },
    // enough for a number that was mistyped; an agency's register is not searched by trying
    documents: {
      asks: 5,
      countedMs: day * 1000,
      firstWaitMs: minute * 1000,
      longestWaitMs: 6 * hour * 1000,
      givenUpAfterMs: 30 * day * 1000,
      silentAfterMs: 3 * day * 1000,
    },
    hashing: { waiting: 200 },
    wrongEntryAfterMs: 700,
  },
];

/** When its day begins in Viet Nam, in milliseconds since the epoch. */
const beginOf = ({ from }: Policy): number => Date.parse(`${from}T00:00:00+07:00`);

/** The policy that holds at a moment, in milliseconds since the epoch. */
export function policyAt(nowMs: number, dated = policies): Policy {
  return dated.findLast((policy) => beginOf(policy) <= nowMs) ?? dated[0];
}

/** An object whose members are those of what `read` gives at the moment somebody reads them. */
function whenRead<Of extends object>(read: () => Of): Of {
  const members = Object.keys(read()).map((name) => [name, { enumerable: true, get: () => read()[name as keyof Of] }] as const);
  return Object.defineProperties({}, Object.fromEntries(members)) as Of;
}

/** The policy that holds whenever a member is read, so that a new one begins on its day in every process without a restart. */
export function livingPolicy(clock: Clock, dated = policies): Policy {
  const begins = dated.map(beginOf);
  const current = (): Policy => dated[begins.findLastIndex((begin) => begin <= clock.now())] ?? dated[0];
  const group = <Name extends keyof Policy>(name: Name) => whenRead(() => current()[name] as Policy[Name] & object);
  return {
    get from() {
      return current().from;
    },
    signIn: group('signIn'),
    lives: group('lives'),
    signingKeys: group('signingKeys'),
    backchannel: group('backchannel'),
    payments: group('payments'),
    throttle: group('throttle'),
    begins: group('begins'),
    matching: group('matching'),
    documents: group('documents'),
    hashing: group('hashing'),
    get wrongEntryAfterMs() {
      return current().wrongEntryAfterMs;
    },
  };
}
