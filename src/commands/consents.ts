import type { Command } from 'commander';
import type { Account } from '#src/accounts/account.ts';
import { recordAccountEvent } from '#src/accounts/account-events.ts';
import type { Application } from '#src/compose.ts';
import { listConsents, readReceipts } from '#src/consent/consent-list.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import { withdrawConsent } from '#src/consent/withdraw-consent.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { consentJson, receiptJson } from '#src/web/device-api/consents.ts';
import { print, refusing, withApplication } from './command-context.ts';
import { accountByIdNumber, reasonOf, type WithReason } from './people.ts';
import { consentLines, receiptLines } from './phone-screen.ts';

interface ConsentOptions extends WithReason {
  readonly service?: string;
  readonly purpose?: string;
  readonly claim?: string;
}

/** Looks into a person's consents; the reason is theirs to read. */
function looking<Result>(
  idNumber: string,
  options: ConsentOptions,
  read: (application: Application, account: Account) => Promise<Result>,
): Promise<Result> {
  const reason = reasonOf(options);
  return withApplication(options, async (application) => {
    const account = await accountByIdNumber(application, idNumber);
    await recordAccountEvent(application, account.id, 'looked-up', { reason, by: 'operator', what: 'consents' });
    return read(application, account);
  });
}

async function list(idNumber: string, options: ConsentOptions): Promise<void> {
  const listed = await looking(idNumber, options, async (application, account) =>
    (await listConsents(application, account)).map((each) => ({
      ...consentJson(each),
      purpose_id: each.purposeId,
      open: each.isOpen,
    })),
  );
  const lines = listed.flatMap((each) => [
    ...consentLines(each),
    `    service ${each.client_id}, purpose ${each.purpose_id}${each.open ? '' : ', ended'}`,
  ]);
  print(options, listed, lines.length === 0 ? ['no service knows anything'] : lines);
}

async function show(idNumber: string, service: string, options: ConsentOptions): Promise<void> {
  const receipts = await looking(idNumber, options, async ({ store }, account) => {
    const consent = await findConsent(store, account.id, service);
    const found = consent === undefined ? [] : readReceipts(consent, options.purpose);
    if (found.length === 0) throw new DomainError('receipt_not_found', { detail: `none for the service ${service}` });
    return found.map(receiptJson);
  });
  print(options, receipts, receipts.flatMap(receiptLines));
}

async function withdraw(idNumber: string, service: string, options: ConsentOptions): Promise<void> {
  const reason = reasonOf(options);
  const { purpose, claim } = options;
  await withApplication(options, async (application) => {
    const account = await accountByIdNumber(application, idNumber);
    await withdrawConsent(application, account, { clientId: service, purpose, claim }, { by: 'operator', reason });
  });
  print(options, { service, withdrawn: true }, ['withdrawn']);
}

const ofPerson = (work: (idNumber: string, options: ConsentOptions) => Promise<void>) =>
  refusing((idNumber: string, _own: object, command: Command) => work(idNumber, command.optsWithGlobals()));
const ofService = (work: (idNumber: string, service: string, options: ConsentOptions) => Promise<void>) =>
  refusing((idNumber: string, service: string, _own: object, command: Command) =>
    work(idNumber, service, command.optsWithGlobals()),
  );

/** `senid consents …`: what a person decided, by ID number. Whoever looks leaves a reason that they can read. */
export function registerConsentCommands(program: Command): void {
  const consents = program.command('consents').description('what people let services know');
  consents
    .command('list <id>')
    .description('every service and purpose, also ended ones')
    .option('--reason <text>', 'why, for its holder to read')
    .action(ofPerson(list));
  consents
    .command('show <id> <service>')
    .description('every receipt about a service, as the person saw it')
    .option('--purpose <purpose>', 'only this one')
    .option('--reason <text>', 'why, for its holder to read')
    .action(ofService(show));
  consents
    .command('withdraw <id> <service>')
    .description('take back everything of a service, one purpose or one claim')
    .option('--purpose <purpose>', 'only this one')
    .option('--claim <claim>', 'only this one')
    .option('--reason <text>', 'why, for its holder to read')
    .action(ofService(withdraw));
}
