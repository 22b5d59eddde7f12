import { DomainError } from '#src/kernel/domain-error.ts';
import type { Actor } from './actor.ts';
import type { ClientErrorCode } from './errors.ts';
import { changesBetween } from './history.ts';
import { checkManager } from './propose.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import { type Expected, isWaiting, knownState, type ServiceRecord, takeStep } from './service-record.ts';

/** Who looks after a service; an actor's name, or a client's for everybody who acts through it. */
export interface ManagersOf {
  readonly managers: readonly string[];
}

const nameShape = /^(operator|client|person):[\x21-\x7e]{1,250}$/;
const mostManagers = 50;

/** Those of what works, or of the only version there is. @throws {DomainError} `client_not_found` */
export function managersOf(record: ServiceRecord): ManagersOf {
  knownState(record);
  return { managers: record.live?.managers ?? (record.live === undefined ? (record.waiting?.managers ?? []) : []) };
}

/**
 * Names everybody who manages a service from now on.
 * @throws {DomainError} `managers_invalid`, `service_role_missing`, `service_changed`
 */
export function setManagers(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  { managers: given, ...expected }: Expected & ManagersOf,
): Promise<ManagersOf> {
  const managers = [...new Set(given)];
  const wrong = managers.find((name) => !nameShape.test(name));
  if (wrong !== undefined || managers.length === 0 || managers.length > mostManagers)
    throw new DomainError<ClientErrorCode>('managers_invalid', { detail: wrong ?? `1 to ${mostManagers}` });
  return takeStep(parts, id, by, expected, (record) => {
    const before = managersOf(record);
    checkManager(record, by);
    const { live, waiting } = record;
    return {
      ...(live === undefined ? {} : { live: { ...live, managers } }),
      ...(isWaiting(waiting) ? { waiting: { ...waiting, managers } } : {}),
      told: { action: 'set managers', state: knownState(record), changes: changesBetween({ ...before }, { managers }) },
      answer: { managers },
    };
  });
}
