import { createHash } from 'node:crypto';
import { accounts } from '#src/accounts/collections.ts';
import { approvals } from '#src/approvals/collections.ts';
import { consentId, consents } from '#src/consent/collections.ts';
import { devices } from '#src/devices/collections.ts';
import { tokens } from '#src/oidc/collections.ts';
import type { DrillWorld } from './drill-world.ts';
import { type Ledger, useAgain } from './sign-in-load.ts';

const keyOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Everything that was acknowledged and is not in the store as it was acknowledged, and everything that worked twice. */
export async function lostOrDoubled({ application: { store } }: DrillWorld, ledger: Ledger): Promise<string[]> {
  const wrong: string[] = [];
  const given = new Map(
    (await store.getMany(consents, [...new Set(ledger.consents.map(({ account, clientId }) => consentId(account, clientId)))])).map(
      (each) => [each.id, each],
    ),
  );
  for (const { account, clientId } of ledger.consents) {
    const { receipts = {} } = given.get(consentId(account, clientId)) ?? {};
    if (!Object.values(receipts).some(({ granted }) => granted.includes('email'))) wrong.push(`consent ${account} ${clientId}`);
  }
  const enrolled = new Set((await store.getMany(devices, ledger.devices)).map(({ id }) => String(id)));
  for (const id of ledger.devices) if (!enrolled.has(id)) wrong.push(`device ${id}`);
  const locked = await store.getMany(accounts, ledger.locks);
  if (locked.filter(({ lock }) => lock !== undefined).length !== ledger.locks.length) wrong.push('a lock');
  const decided = new Map((await store.getMany(approvals, ledger.approvals)).map((each) => [String(each.id), each]));
  for (const id of ledger.approvals) {
    const { state = 'gone' } = decided.get(id) ?? {};
    if (state !== 'used' && state !== 'approved') wrong.push(`approval ${id}: ${state}`);
  }
  const used = [...ledger.codes, ...ledger.refreshTokens].map(({ secret }) => keyOf(secret));
  for (const { id, consumed } of await store.getMany(tokens, used)) if (consumed === undefined) wrong.push(`token ${id}: not used`);
  wrong.push(...ledger.usedTwice, ...(await useAgain(ledger)));
  return wrong;
}

export interface Fault {
  readonly from: number;
  readonly to: number;
  /** Connections may have been cut, not only refused. */
  readonly mayDrop?: boolean;
}

/** Everything that went wrong when nothing was wrong, or otherwise than as a 503 that can be worked with. */
export function badlyRefused({ troubles }: Ledger, faults: readonly Fault[]): string[] {
  return troubles
    .filter(({ where, began, ended, status, lacks }) => {
      const fault = faults.find(({ from, to }) => ended >= from && began <= to);
      if (fault === undefined) return true;
      if (status === 0) return fault.mayDrop !== true;
      return status !== 503 || (lacks !== '' && !where.startsWith('phone:'));
    })
    .map(({ where, began, ended, status, lacks, detail }) => {
      const at = `${((began - (faults[0]?.from ?? 0)) / 1000).toFixed(1)}–${((ended - (faults[0]?.from ?? 0)) / 1000).toFixed(1)} s`;
      return `${where} at ${at}: ${status} ${lacks === '' ? '' : `without ${lacks} `}${detail}`;
    });
}

/** One line for a drill's log. */
export function summaryOf(name: string, { signIns, refreshes, requests, troubles, slowestMs }: Ledger, more = ''): string {
  const kinds = new Map<string, number>();
  for (const { status } of troubles) {
    const kind = status === 0 ? 'dropped' : String(status);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const byPhone = signIns.filter(({ level }) => level.endsWith('auth2')).length;
  const ends = signIns.map(({ ended }) => ended).sort((one, other) => one - other);
  const pause = Math.max(0, ...ends.slice(1).map((at, n) => at - (ends[n] as number)));
  const took = signIns.map(({ began, ended }) => ended - began).sort((one, other) => one - other);
  return `${name}: ${signIns.length} sign-ins (${byPhone} by phone), ${refreshes} refreshes, ${requests} requests, ${
    [...kinds].map(([kind, count]) => `${count} × ${kind}`).join(', ') || 'no errors'
  }; slowest request ${Math.round(slowestMs)} ms, longest pause ${Math.round(pause)} ms, median sign-in ${Math.round(took[Math.floor(took.length / 2)] ?? 0)} ms${more === '' ? '' : `; ${more}`}`;
}
