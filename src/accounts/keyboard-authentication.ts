import { createGuardrails, verifySync } from 'otplib';
import type { PasswordHashing } from '#src/hashing/password-hashing.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import type { Account } from './account.ts';
import { type CredentialsDocument, credentials } from './collections.ts';
import { normaliseIdNumber } from './person-rules.ts';
import type { AccountDirectory, Caller, KeyboardAuthentication } from './ports.ts';
import type { Attempt, Throttle } from './throttle.ts';

export interface KeyboardParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly directory: AccountDirectory;
  readonly hashing: PasswordHashing;
  readonly throttle: Throttle;
  /** Whether this person has signed in in this browser before. */
  readonly isKnownBrowser: (accountId: AccountId, browser: string) => Promise<boolean>;
  /** A wrong ID number or password is answered no earlier than this, in milliseconds: hashes of other systems take other times. */
  readonly wrongEntryAfterMs: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
}

export const totpContext = (id: AccountId): string => `credentials/${id}/totp`;

const stepSeconds = 30;
/** Secrets of 80 bits are still in the hands of people whose authenticator was set up elsewhere. */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 });
const longestPassword = 128;
const isTypable = (password: string): boolean => password !== '' && [...password].length <= longestPassword;

/** The 30-second step a code belongs to, one step either side of now; undefined for a wrong code. */
function stepOf(secret: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const result = verifySync({
    secret,
    token: code,
    epoch: now,
    epochTolerance: stepSeconds,
    period: stepSeconds,
    digits: 6,
    algorithm: 'sha1',
    guardrails,
  });
  return result.valid ? Math.floor(now / stepSeconds) + result.delta : undefined;
}

/** Passwords and codes. Unknown people, wrong entries and locked accounts answer the same, at the same time. */
export async function createKeyboardAuthentication({
  store,
  sealing,
  clock,
  directory,
  hashing,
  throttle,
  isKnownBrowser,
  wrongEntryAfterMs,
  pause,
}: KeyboardParts): Promise<KeyboardAuthentication> {
  // checked when there is nothing to check, so that an unknown person costs what a known one does
  const dummyHash = await hashing.hash('nobody has this password');

  /** A hash of an older kind becomes ours at the first sign-in; when there is no room for that now, at the next one. */
  async function upgrade(id: AccountId, from: string, password: string): Promise<void> {
    try {
      const passwordHash = await hashing.hash(password);
      await store.patch(credentials, id, { passwordHash: from }, { set: { passwordHash } });
    } catch (busy) {
      if (!(busy instanceof DomainError && busy.code === 'hashing_busy')) throw busy;
    }
  }

  /** Ends an attempt as its check does: a wrong entry counts, one that could not be checked does not. */
  async function counted<Right>(attempt: Attempt, check: () => Promise<Right | undefined>): Promise<Right | undefined> {
    const right = await check().catch((fault: unknown) => {
      attempt.unchecked();
      throw fault;
    });
    await (right === undefined ? attempt.wrong() : attempt.right());
    return right;
  }

  /** Only a browser that this very person has used gets a count of its own. */
  async function callerFor(id: AccountId, { address, browser }: Caller): Promise<Caller> {
    return { address, browser: browser !== undefined && (await isKnownBrowser(id, browser)) ? browser : undefined };
  }

  /** One hash is checked whoever asks, so that unknown, locked and password-less accounts cost what a wrong password does. */
  async function checkPassword(account: Account | undefined, typed: string): Promise<Account | undefined> {
    const password = typed.normalize('NFC');
    const held: CredentialsDocument | undefined = await store.get(credentials, account?.id ?? ('unknown' as AccountId));
    const passwordHash = held?.passwordHash ?? dummyHash;
    const isRight = (await hashing.verify(passwordHash, isTypable(password) ? password : '')) && isTypable(password);
    if (!isRight || account === undefined || held?.passwordHash === undefined || account.lock !== undefined) return undefined;
    if (hashing.needsUpgrade(passwordHash)) await upgrade(account.id, passwordHash, password);
    return account;
  }

  async function verifyPassword(idNumber: string, typed: string, from: Caller): Promise<Account | undefined> {
    const account = await directory.findByIdNumber(idNumber);
    const caller = await callerFor(account?.id ?? ('unknown' as AccountId), from);
    // the throttle keeps no ID numbers, and counts unknown people alike
    const name = sealing.blindIndex('throttle', normaliseIdNumber(idNumber));
    const attempt = await throttle.enter(name, caller);
    const earliest = pause(wrongEntryAfterMs());
    let right: Account | undefined;
    try {
      right = await counted(attempt, () => checkPassword(account, typed));
    } finally {
      // a refusal after the check comes then too, so that its time tells nothing
      if (right === undefined) await earliest;
    }
    return right;
  }

  async function verifyTotp(accountId: AccountId, code: string, from: Caller): Promise<boolean> {
    const caller = await callerFor(accountId, from);
    const attempt = await throttle.enter(`totp ${accountId}`, caller);
    const taken = await counted(attempt, async () => {
      const held = await store.get(credentials, accountId);
      const secret = held?.totpSecret === undefined ? undefined : sealing.open(held.totpSecret, totpContext(accountId));
      const step = secret === undefined ? undefined : stepOf(secret, code, epochSeconds(clock));
      return step !== undefined && (await takeStep(accountId, held?.totpLastStep, step)) ? true : undefined;
    });
    return taken === true;
  }

  /** Each code once: of two uses of one code the patch lets one through. */
  async function takeStep(id: AccountId, last: number | undefined, step: number): Promise<boolean> {
    if (last !== undefined && step <= last) return false;
    const taken = await store.patch(credentials, id, { totpLastStep: last }, { set: { totpLastStep: step } });
    return taken.outcome === 'patched';
  }

  return { verifyPassword, verifyTotp };
}
