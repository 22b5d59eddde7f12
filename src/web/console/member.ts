import { displayName } from '#src/accounts/account.ts';
import type { Actor } from '#src/clients/actor.ts';
import { clientNotFound } from '#src/clients/errors.ts';
import type { ServiceStanding } from '#src/clients/shown-registration.ts';
import { maySay } from '#src/clients/states.ts';
import { accountOfActor, actorOf, rolesOf } from '#src/staff/staff-roles.ts';
import type { AreaRequest } from '../own-service/area.ts';
import type { ConsoleTexts } from '../texts/console-vi.ts';
import type { MeView } from './pages.ts';
import type { ConsoleParts } from './parts.ts';

/** Somebody who has a role here now. */
export interface Member {
  readonly actor: Actor;
  readonly view: MeView;
}

/** Undefined for who has none. */
export async function memberOf({ store }: ConsoleParts, { session, csrf }: AreaRequest): Promise<Member | undefined> {
  const { account } = session;
  const roles = await rolesOf(store, account.id);
  if (roles.length === 0) return undefined;
  const actor = actorOf(account.id, roles);
  return { actor, view: { name: displayName(account.person().name), roles, csrf, mayCreate: maySay(actor, 'manager') } };
}

/** Reviewers and operators see every service. */
export const seesAll = ({ actor }: Member): boolean => maySay(actor, 'reviewer');

export const manages = ({ actor }: Member, { managers }: Pick<ServiceStanding, 'managers'>): boolean =>
  actor.roles.includes('operator') || (actor.roles.includes('manager') && managers.includes(actor.id));

/** A service that this person may look at; another one is not there. @throws {DomainError} `client_not_found` */
export async function requireService({ registry }: ConsoleParts, member: Member, id: string): Promise<ServiceStanding> {
  const standing = await registry.standing(id);
  if (!seesAll(member) && !manages(member, standing)) throw clientNotFound(id);
  return standing;
}

/** How people are called on a page: persons by their name, others as they stand in the history. */
export async function namesOf(
  { accounts }: ConsoleParts,
  { actor }: Member,
  actors: readonly string[],
  words: ConsoleTexts,
): Promise<(actor: string) => string> {
  const names = new Map<string, string>();
  for (const each of new Set(actors)) {
    const id = accountOfActor(each);
    const account = id === undefined ? undefined : await accounts.get(id);
    const name = account === undefined ? each : displayName(account.person().name);
    names.set(each, each === actor.id ? words.you.replace('{name}', () => name) : name);
  }
  return (each) => names.get(each) ?? each;
}
