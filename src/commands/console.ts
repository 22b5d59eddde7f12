import { type Command, Option } from 'commander';
import type { Role } from '#src/clients/actor.ts';
import type { Application } from '#src/compose.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { StaffDocument } from '#src/staff/collections.ts';
import { grantRole, listStaff, personActorId, revokeRole } from '#src/staff/staff-roles.ts';
import { print, refusing, withApplication } from './command-context.ts';
import { type OperatorOptions, operatorOf, sayingWho } from './operator.ts';
import { accountByIdNumber, reasonOf } from './people.ts';

interface RoleOptions extends OperatorOptions {
  readonly role: Role;
  readonly service?: readonly string[];
  readonly reason?: string;
}

const roles: readonly Role[] = ['manager', 'reviewer', 'operator'];

function checkServices({ service = [], role }: RoleOptions): void {
  if (service.length > 0 && role !== 'manager') throw new DomainError('staff_role_unknown', { detail: `--service with ${role}` });
}

/** The services that a manager looks after from now on, or no longer; one that nobody else manages goes to who takes it away. */
async function changeServices(
  { registry }: Application,
  person: string,
  { service = [], ...options }: RoleOptions,
  isGrant: boolean,
) {
  const by = operatorOf(options);
  for (const id of service) {
    const { managers } = await registry.managers(id);
    const others = managers.filter((each) => each !== person);
    const left = isGrant ? [...others, person] : others;
    if (left.join() !== managers.join()) await registry.setManagers(id, by, { managers: left.length === 0 ? [by.id] : left });
  }
}

async function grant(idNumber: string, options: RoleOptions): Promise<void> {
  const reason = reasonOf(options);
  checkServices(options);
  const done = await withApplication(options, async (application) => {
    const account = await accountByIdNumber(application, idNumber);
    const held = await grantRole(application, account, { role: options.role, by: operatorOf(options).id, reason });
    await changeServices(application, personActorId(account.id), options, true);
    return { account: account.id, roles: held };
  });
  print(options, done, [`${done.account}\t${done.roles.join(', ')}`]);
}

/** With services a manager only loses those; without, the role itself. */
async function revoke(idNumber: string, options: RoleOptions): Promise<void> {
  const reason = reasonOf(options);
  const { service = [], role } = options;
  checkServices(options);
  const done = await withApplication(options, async (application) => {
    const { id } = await accountByIdNumber(application, idNumber);
    await changeServices(application, personActorId(id), options, false);
    const listed = (await listStaff(application.store)).find((each) => each.id === id)?.roles ?? [];
    const left = service.length > 0 ? listed : await revokeRole(application, id, { role, by: operatorOf(options).id, reason });
    return { account: id, roles: left };
  });
  print(options, done, [`${done.account}\t${done.roles.join(', ') || '-'}`]);
}

async function list(options: OperatorOptions): Promise<void> {
  const found = await withApplication(options, ({ store }) => listStaff(store));
  const listed = found.map(({ id, roles: held, changedAt }: StaffDocument) => ({
    account: id,
    roles: held,
    changed_at: new Date(changedAt).toISOString(),
  }));
  print(
    options,
    listed,
    listed.map(({ account, roles: held, changed_at: at }) => [account, held.join(', '), at].join('\t')),
  );
}

const role = (): Option => new Option('--role <role>', 'what they may do').choices(roles).makeOptionMandatory();
const service = (): Option => new Option('--service <id...>', 'which services a manager looks after');

/** `senid console …`: who may do what at `/console`. */
export function registerConsoleCommands(program: Command): void {
  const area = program.command('console').description('who may do what at /console');
  for (const [name, description, work] of [
    ['grant', 'give a person a role', grant],
    ['revoke', 'take a role away, or services of a manager', revoke],
  ] as const)
    sayingWho(area.command(`${name} <id-number>`))
      .description(description)
      .addOption(role())
      .addOption(service())
      .action(refusing((id: string, _own: object, command: Command) => work(id, command.optsWithGlobals())));
  area
    .command('list')
    .description('everybody who has a role')
    .action(refusing((_own: object, command: Command) => list(command.optsWithGlobals())));
}
