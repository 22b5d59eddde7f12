import { describe, expect, it } from 'vitest';
import { acrValues } from '#config/acr.ts';
import type { Account } from '#src/accounts/account.ts';
import { authenticationLevelOf } from '#src/assurance/authentication-level.ts';
import { formatAcr, type Level, lowestLevel } from '#src/assurance/level.ts';
import type { Amr, ProvenMethod } from '#src/assurance/methods.ts';
import { deviceMethodsOf } from '#src/assurance/reach.ts';
import { authTimeOf, reachedLevel } from '#src/assurance/reached-level.ts';
import { type ClientAcrPolicy, requiredLevel } from '#src/assurance/required-level.ts';
import { formatMethods, mergeMethods, parseMethods } from '#src/assurance/session-methods.ts';
import { tokenAcr } from '#src/assurance/token-acr.ts';
import { tokenRefusal } from '#src/assurance/token-check.ts';

const now = 1_800_000_000;
const acrOf = (identity: 1 | 2, authentication: 1 | 2 | 3 | 4): string => formatAcr({ identity, authentication });
const client = (policy: Partial<ClientAcrPolicy> = {}): ClientAcrPolicy => ({
  minimum: lowestLevel,
  allowed: new Set(acrValues),
  defaults: [],
  ...policy,
});
const ask = (voluntary: string[] | undefined, essential?: string[]) => ({ voluntary, essential });

describe('what phones prove at best', () => {
  it('is a biometric only where the matcher of the register looks, or a virtual phone is believed', () => {
    const levelOf = (allowSimulated: boolean, hasMatcher: boolean) =>
      authenticationLevelOf(deviceMethodsOf({ allowSimulated, hasMatcher }));
    expect([levelOf(false, false), levelOf(false, true), levelOf(true, false)]).toEqual([2, 4, 4]);
  });
});

describe('what a phone proved that its owner may still remove', () => {
  const own: ProvenMethod = { amr: 'swk', at: now - 60, under: 1 };
  const strange: ProvenMethod = { amr: 'swk', at: now, under: 1, across: true, unvouched: true };

  it('is never kept as if somebody had vouched for it, nor takes the place of what was', () => {
    expect(formatMethods([strange])).toEqual([`swk@${now}@1@across@unvouched`]);
    expect(parseMethods(formatMethods([strange, own]))).toEqual([strange, own]);
    expect(mergeMethods([own], [strange])).toEqual([own, strange]);
    expect(mergeMethods([strange], [own])).toEqual([strange, own]);
    expect(parseMethods(['swk@1@2@unvouched@across'])).toEqual([]);
  });
});

describe('an approval across devices in a browser that is not trusted', () => {
  const proven = (amr: Amr, across?: true): ProvenMethod => ({ amr, at: now, under: 1, ...(across ? { across } : {}) });
  const level = (methods: readonly ProvenMethod[]) =>
    reachedLevel({ methods, identityLevel: 2, now, provenNow: true })?.level.authentication;
  const relayed = [proven('swk', true), proven('user', true), proven('face', true)];

  it('never makes level 4: not by itself, and not with a password that a stranger may have relayed too', () => {
    expect(level(relayed)).toBe(3);
    expect(level([...relayed, proven('pwd')])).toBe(3);
    expect(level([proven('swk'), proven('user'), proven('face', true)])).toBe(3);
  });

  it('takes nothing away from what was proven without it, before or after', () => {
    const own = [proven('swk'), proven('user'), proven('face')];
    expect(level(mergeMethods(own, relayed))).toBe(4);
    expect(level(mergeMethods(relayed, own))).toBe(4);
  });

  it('is remembered as such by the session', () => {
    expect(parseMethods(formatMethods(relayed))).toEqual(relayed);
    expect(formatMethods([proven('swk', true)])).toEqual([`swk@${now}@1@across`]);
    expect(parseMethods(['swk@1@across', 'swk@1@2@elsewhere', 'swk@1@2@across@across'])).toEqual([
      { amr: 'swk', at: 1, across: true },
    ]);
  });
});

describe('what methods amount to', () => {
  it.each<[Amr[], number]>([
    [[], 0],
    [['pwd'], 1],
    [['otp'], 1],
    [['pwd', 'user'], 1],
    [['pwd', 'otp'], 2],
    [['swk', 'user'], 2],
    [['swk', 'user', 'face'], 4],
    [['pwd', 'face'], 3],
    [['face'], 1],
    [['sms'], 0],
    [['pwd', 'sms'], 2],
    [['sms', 'face'], 2],
    [['pwd', 'sms', 'face'], 3],
  ])('%j is authentication level %i', (methods, level) => {
    expect(authenticationLevelOf(methods)).toBe(level);
  });
});

describe('what a sign-in must reach', () => {
  const reach = { identity: 2, authentication: 2 } as const;

  it('takes the first asked value that this account can reach, not the highest', () => {
    const requirement = requiredLevel(ask([acrOf(2, 4), acrOf(2, 2), acrOf(1, 1)]), client(), lowestLevel, reach);
    expect(requirement).toMatchObject({ outcome: 'reachable', required: { identity: 2, authentication: 2 } });
  });

  it('an essential acr claim wins over acr_values', () => {
    const requirement = requiredLevel(ask([acrOf(1, 1)], [acrOf(2, 2)]), client(), lowestLevel, reach);
    expect(requirement).toMatchObject({ required: { identity: 2, authentication: 2 } });
  });

  it('is unmet for an essential acr of which no value is known', () => {
    expect(requiredLevel(ask(undefined, ['urn:mace:incommon:iap:silver']), client(), lowestLevel, reach).outcome).toBe('unmet');
  });

  it('is unmet for voluntary values none of which the account can reach', () => {
    expect(requiredLevel(ask([acrOf(2, 3)]), client(), lowestLevel, reach).outcome).toBe('unmet');
  });

  it('ignores values outside the registration and falls back to its default', () => {
    const policy = client({ allowed: new Set([acrOf(1, 1), acrOf(2, 1)]), defaults: [acrOf(2, 1)] });
    expect(requiredLevel(ask([acrOf(2, 2)]), policy, lowestLevel, reach)).toMatchObject({
      required: { identity: 2, authentication: 1 },
      asked: [acrOf(2, 1)],
    });
  });

  it('joins the minimum of the client with what is asked, axis by axis', () => {
    const requirement = requiredLevel(
      ask([acrOf(1, 2)]),
      client({ minimum: { identity: 2, authentication: 1 } }),
      lowestLevel,
      reach,
    );
    expect(requirement).toMatchObject({ required: { identity: 2, authentication: 2 } });
  });

  it('does not let a level-1 account into a level-2 service', () => {
    const policy = client({ minimum: { identity: 2, authentication: 2 } });
    expect(requiredLevel(ask(undefined), policy, lowestLevel, { identity: 1, authentication: 4 })).toMatchObject({
      outcome: 'unmet',
      needed: { identity: 2, authentication: 2 },
    });
  });

  it('does not let an account without any authenticator in', () => {
    expect(requiredLevel(ask(undefined), client(), lowestLevel, { identity: 2, authentication: 0 }).outcome).toBe('unmet');
  });
});

describe('what was reached', () => {
  const proof = (methods: { amr: Amr; at: number }[], more = {}) => ({
    methods,
    identityLevel: 2 as const,
    now,
    provenNow: false,
    ...more,
  });

  it('a password and a code are level 2 with mfa, and auth_time is the older of the two', () => {
    const two = proof([
      { amr: 'pwd', at: now - 60 },
      { amr: 'otp', at: now - 30 },
    ]);
    expect(reachedLevel(two)).toEqual({ level: { identity: 2, authentication: 2 }, amr: ['pwd', 'otp', 'mfa'] });
    expect(authTimeOf(2, two)).toBe(now - 60);
    expect(authTimeOf(1, two)).toBe(now - 30);
  });

  it('age lowers what was proven', () => {
    expect(
      reachedLevel(
        proof([
          { amr: 'pwd', at: now - 13 * 3600 },
          { amr: 'otp', at: now - 30 },
        ]),
      )?.level.authentication,
    ).toBe(1);
  });

  it('level 4 never comes from single sign-on alone, nor from methods older than five minutes', () => {
    const all = [
      { amr: 'swk', at: now - 10 },
      { amr: 'user', at: now - 10 },
      { amr: 'face', at: now - 10 },
    ] as { amr: Amr; at: number }[];
    expect(reachedLevel(proof(all))?.level.authentication).toBe(3);
    expect(reachedLevel(proof(all, { provenNow: true }))?.level.authentication).toBe(4);
    expect(
      reachedLevel(
        proof(
          all.map((each) => ({ ...each, at: now - 301 })),
          { provenNow: true },
        ),
      )?.level.authentication,
    ).toBe(3);
  });
});

describe('what a token says', () => {
  const reached: Level = { identity: 2, authentication: 2 };

  it('is the first asked value that is reached and satisfies what was required', () => {
    expect(tokenAcr(reached, lowestLevel, [acrOf(2, 4), acrOf(1, 2), acrOf(2, 2)])).toBe(acrOf(1, 2));
  });

  it('is exactly the reached level when no asked value fits', () => {
    expect(tokenAcr(reached, { identity: 2, authentication: 2 }, [acrOf(1, 1)])).toBe(acrOf(2, 2));
    expect(tokenAcr(reached, lowestLevel, [])).toBe(acrOf(2, 2));
  });
});

describe('whether a token still holds', () => {
  const account = (more: Partial<Account> = {}): Account => ({
    id: 'a' as Account['id'],
    kind: 'citizen',
    identityLevel: 2,
    lock: undefined,
    validFrom: 0,
    authenticators: { password: true, totp: true, devices: 0 },
    evidence: undefined,
    person: () => {
      throw new Error('not asked');
    },
    ...more,
  });
  const token = { issuedAt: now, under: 0, acr: acrOf(2, 2) };

  it('holds for an account as it was', () => expect(tokenRefusal(account(), token)).toBeUndefined());
  it('does not outlive a lock', () =>
    expect(tokenRefusal(account({ lock: { ground: 'own-request', by: 'self', at: 1 } }), token)).toBe('account_locked'));
  it('does not come back to life with an unlock', () =>
    expect(tokenRefusal(account({ validFrom: now * 1000 + 1 }), token)).toBe('sign_in_ended'));
  it('does not outlive the end by the clock of the process that issued it', () =>
    expect(tokenRefusal(account({ validFrom: (now - 90) * 1000 }), token)).toBe('sign_in_ended'));
  it('holds after the end when its sign-in came after, though the clock of its process is behind', () =>
    expect(tokenRefusal(account({ validFrom: (now + 90) * 1000 }), { ...token, under: (now + 90) * 1000 })).toBeUndefined());
  it('is measured by time when a version before issued it', () => {
    const old = { ...token, under: undefined };
    expect(tokenRefusal(account({ validFrom: now * 1000 }), old)).toBeUndefined();
    expect(tokenRefusal(account({ validFrom: now * 1000 + 1 }), old)).toBe('sign_in_ended');
  });
  it('does not keep an identity level that was withdrawn', () =>
    expect(tokenRefusal(account({ identityLevel: 1 }), token)).toBe('level_withdrawn'));
});

describe('methods in a session', () => {
  it('are read back as they were written', () => {
    const methods = [
      { amr: 'pwd', at: 12, under: 0 },
      { amr: 'swk', at: 13, under: 1_764_000_000_123 },
      { amr: 'otp', at: 15 },
    ] as ProvenMethod[];
    expect(parseMethods(formatMethods(methods))).toEqual(methods);
  });

  it('prove nothing when they are not of our form', () => {
    expect(
      parseMethods([
        'pwd',
        'pwd@',
        'pwd@-1',
        'magic@12',
        'pwd@1e9',
        'pwd@1@',
        'pwd@1@-1',
        'pwd@1@2@3',
        '__proto__@1',
        'constructor@1',
      ]),
    ).toEqual([]);
  });

  it('a later weaker sign-in never takes away what was proven', () => {
    expect(
      mergeMethods(
        [
          { amr: 'otp', at: 5 },
          { amr: 'pwd', at: 5 },
        ],
        [{ amr: 'pwd', at: 9 }],
      ),
    ).toEqual([
      { amr: 'otp', at: 5 },
      { amr: 'pwd', at: 9 },
    ]);
  });

  it('what was proven after everything was ended counts instead of what ended, though that has the later time', () => {
    const after = { amr: 'pwd', at: 910, under: 2 } as const;
    expect(mergeMethods([{ amr: 'pwd', at: 1000, under: 1 }], [after])).toEqual([after]);
  });
});
