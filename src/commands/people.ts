import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { displayName, type LockGround } from '#src/accounts/account.ts';
import { recordAccountEvent } from '#src/accounts/account-events.ts';
import { lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import type { Application } from '#src/compose.ts';
import { devicePolicy } from '#src/devices/policy.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { storeName } from '#src/storage/open-store.ts';
import { type CommonOptions, print, refusing, withApplication } from './command-context.ts';
import { runImport } from './people-import.ts';

export interface WithReason extends CommonOptions {
  readonly reason?: string;
}

export function reasonOf({ reason }: WithReason): string {
  if (reason === undefined || reason.trim() === '') throw new DomainError('reason_missing');
  return reason.trim();
}

export async function accountByIdNumber({ accounts, settings }: Application, idNumber: string) {
  const account = await accounts.findByIdNumber(idNumber);
  if (account === undefined) throw new DomainError('account_not_found', { detail: `not in the store ${storeName(settings)}` });
  return account;
}

async function showPerson(idNumber: string, options: WithReason): Promise<void> {
  const reason = reasonOf(options);
  const shown = await withApplication(options, async (application) => {
    const account = await accountByIdNumber(application, idNumber);
    await recordAccountEvent(application, account.id, 'looked-up', { reason, by: 'operator' });
    const { id, kind, identityLevel, lock, authenticators } = account;
    const devices = await application.devices.list(account.id);
    return {
      account: id,
      kind,
      name: displayName(account.person().name),
      identity_level: identityLevel,
      state: lock === undefined ? 'active' : 'locked',
      ...(lock === undefined ? {} : { lock: { ground: lock.ground, by: lock.by } }),
      authenticators,
      devices: devices.map(({ id: device, name, platform }) => ({ id: device, name, platform })),
    };
  });
  print(options, shown, [JSON.stringify(shown, undefined, 2)]);
}

async function issueCode(idNumber: string, options: WithReason): Promise<void> {
  const reason = reasonOf(options);
  const issued = await withApplication(options, async (application) => {
    const account = await accountByIdNumber(application, idNumber);
    if (account.lock !== undefined) throw new DomainError('account_locked');
    await recordAccountEvent(application, account.id, 'looked-up', { reason, by: 'operator', what: 'enrolment-code' });
    return application.enrolmentCodes.issue(account.id, { vouched: true, lifeSeconds: devicePolicy.codeLifeSeconds });
  });
  const value = { code: issued.code, expires_at: new Date(issued.expiresAt).toISOString() };
  print(options, value, [`code ${value.code}`, `expires ${value.expires_at}`]);
}

interface DemoPerson {
  readonly id_number: string;
  readonly name: string;
  readonly for: { readonly vi: string; readonly en: string };
  readonly password?: string;
  readonly totp_secret?: string;
}

function listDemoPeople(options: CommonOptions): void {
  const file = fileURLToPath(new URL('../../demo/people/people.json', import.meta.url));
  const people = JSON.parse(readFileSync(file, 'utf8')) as DemoPerson[];
  print(
    options,
    people,
    people.map((person) => `${person.id_number}\t${person.password ?? '-'}\t${person.name}\t${person.for.en}`),
  );
}

const grounds: readonly LockGround[] = [
  'own-request',
  'terms-broken',
  'card-revoked',
  'card-expired',
  'death',
  'authority-request',
  'passport-expired',
  'residence-expired',
  'dissolution',
];

async function lockPerson(idNumber: string, options: WithReason & { readonly ground?: string }): Promise<void> {
  const reason = reasonOf(options);
  const ground = grounds.find((known) => known === options.ground);
  if (ground === undefined) throw new DomainError('person_invalid', { detail: `ground: one of ${grounds.join(', ')}` });
  await withApplication(options, async (application) =>
    lockAccount(application, (await accountByIdNumber(application, idNumber)).id, { ground, by: 'authority', reason }),
  );
  print(options, { state: 'locked', ground }, ['locked']);
}

async function unlockPerson(idNumber: string, options: WithReason): Promise<void> {
  const reason = reasonOf(options);
  await withApplication(options, async (application) =>
    unlockAccount(application, (await accountByIdNumber(application, idNumber)).id, reason),
  );
  print(options, { state: 'active' }, ['unlocked']);
}

const withId = (work: (id: string, options: WithReason) => Promise<void>) =>
  refusing((id: string, _own: object, command: Command) => work(id, command.optsWithGlobals()));

/** `senid people …`: accounts, by ID number. Whoever looks into one leaves a reason that its holder can read. */
export function registerPeopleCommands(program: Command): void {
  const people = program.command('people').description('accounts');
  people
    .command('import <file>')
    .description('open accounts from NDJSON; - reads standard input')
    .option('--dry-run', 'check every line, write nothing')
    .action(withId(runImport));
  people
    .command('list')
    .description("the demo's people, what they are for, and their passwords")
    .requiredOption('--demo', 'demo data only')
    .action(refusing(async (_own: object, command: Command) => listDemoPeople(command.optsWithGlobals())));
  people
    .command('show <id>')
    .description('state of one account')
    .option('--reason <text>', 'why, for its holder to read')
    .action(withId(showPerson));
  people
    .command('enrolment-code <id>')
    .description('a one-time code that enrols a phone')
    .option('--reason <text>', 'why, for its holder to read')
    .action(withId(issueCode));
  people
    .command('lock <id>')
    .description("by an authority's decision")
    .option('--ground <ground>', grounds.join(', '))
    .option('--reason <text>', 'why')
    .action(withId(lockPerson));
  people.command('unlock <id>').description('end a lock').option('--reason <text>', 'why').action(withId(unlockPerson));
}
