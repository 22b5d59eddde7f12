import type { Account } from '#src/accounts/account.ts';
import { accountEvent } from '#src/accounts/account-events.ts';
import { accountEvents } from '#src/accounts/collections.ts';
import type { Actor, Role } from '#src/clients/actor.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import { CommitConflict, type Store, write } from '#src/kernel/store.ts';
import { type StaffDocument, staff } from './collections.ts';
import type { StaffErrorCode } from './errors.ts';

interface StaffParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

/** Who changes a role, and why; its holder reads both. */
export interface RoleChange {
  readonly role: Role;
  readonly by: string;
  readonly reason: string;
}

/** How a person is called in the histories of services, and among their managers. */
export const personActorId = (id: AccountId): string => `person:${id}`;

/** Whose actor it is; undefined for a client or an operator of the command line. */
export const accountOfActor = (actor: string): AccountId | undefined => {
  const [, id] = /^person:(.+)$/.exec(actor) ?? [];
  return id as AccountId | undefined;
};

/** Read at every request, so that a role that was taken away is gone. */
export const rolesOf = async (store: Store, id: AccountId): Promise<readonly Role[]> => (await store.get(staff, id))?.roles ?? [];

export const actorOf = (id: AccountId, roles: readonly Role[]): Actor => ({ id: personActorId(id), roles, via: 'console' });

/** The change and its entry in the person's history: both or neither. */
async function changeRoles(
  parts: StaffParts,
  id: AccountId,
  { role, by, reason }: RoleChange,
  type: 'role-granted' | 'role-revoked',
): Promise<readonly Role[]> {
  const before = await parts.store.get(staff, id);
  const had = before?.roles ?? [];
  if (had.includes(role) === (type === 'role-granted')) return had;
  const roles = type === 'role-granted' ? [...had, role].sort() : had.filter((each) => each !== role);
  const changedAt = Math.max(parts.clock.now(), (before?.changedAt ?? 0) + 1);
  const content: StaffDocument = { id, roles, changedAt };
  try {
    await parts.store.commit([
      before === undefined
        ? write.insert(staff, content)
        : write.patch(staff, id, { changedAt: before.changedAt }, { set: { roles, changedAt } }),
      write.insert(accountEvents, accountEvent(parts, id, type, { role, by, reason })),
    ]);
  } catch (fault) {
    if (!(fault instanceof CommitConflict)) throw fault;
    return changeRoles(parts, id, { role, by, reason }, type);
  }
  return roles;
}

/**
 * Gives a person a role. Repeatable.
 * @throws {DomainError} `staff_account_unsuitable` for who could not sign in at the console
 */
export function grantRole(parts: StaffParts, account: Account, change: RoleChange): Promise<readonly Role[]> {
  if (account.identityLevel < 2 || account.lock !== undefined)
    throw new DomainError<StaffErrorCode>('staff_account_unsuitable', { detail: 'level 2 and not locked' });
  return changeRoles(parts, account.id, change, 'role-granted');
}

/** Takes a role away, also from who never had it: then nothing is written. */
export const revokeRole = (parts: StaffParts, id: AccountId, change: RoleChange): Promise<readonly Role[]> =>
  changeRoles(parts, id, change, 'role-revoked');

/** Everybody who has a role. */
export async function listStaff(store: Store): Promise<StaffDocument[]> {
  const found: StaffDocument[] = [];
  for (let page: StaffDocument[] | undefined; page === undefined || page.length > 0; found.push(...page)) {
    const after = found.at(-1)?.id;
    page = await store.scan(staff, { limit: 500, ...(after === undefined ? {} : { after }) });
  }
  return found.filter(({ roles }) => roles.length > 0);
}
