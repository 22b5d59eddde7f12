import type { Command } from 'commander';
import type { Account } from '#src/accounts/account.ts';
import { recordAccountEvent } from '#src/accounts/account-events.ts';
import type { Application } from '#src/compose.ts';
import { cancelDocument } from '#src/documents/cancel-document.ts';
import { documentNames } from '#src/documents/document-types.ts';
import { requestDocument } from '#src/documents/request-document.ts';
import { documentJson, readDocuments } from '#src/web/device-api/documents.ts';
import { claimLabel } from '#src/web/texts/claims.ts';
import { documentState } from '#src/web/texts/documents.ts';
import { print, refusing, withApplication } from './command-context.ts';
import { accountByIdNumber, reasonOf, type WithReason } from './people.ts';

type DocumentJson = ReturnType<typeof documentJson>;

/** What an operator needs to help: never what stands in the document. */
const withoutRecord = ({ record: _, ...document }: DocumentJson) => document;

/** Whoever looks into or changes somebody's documents leaves a reason that they can read. */
function withPerson<Result>(
  idNumber: string,
  options: WithReason,
  work: (application: Application, account: Account) => Promise<Result>,
): Promise<Result> {
  const reason = reasonOf(options);
  return withApplication(options, async (application) => {
    const account = await accountByIdNumber(application, idNumber);
    await recordAccountEvent(application, account.id, 'looked-up', { reason, by: 'operator', what: 'documents' });
    return work(application, account);
  });
}

const lines = ({ type, agency, state, reason, number, requested_at: asked }: ReturnType<typeof withoutRecord>): string[] => [
  `${claimLabel(type, 'en')} [${type}] ${number}: ${documentState(state, 'en')}, ${agency.name.en}, asked ${asked}`,
  ...(reason === null ? [] : [`    ${reason.en}`]),
];

async function list(idNumber: string, options: WithReason): Promise<void> {
  const listed = await withPerson(idNumber, options, async ({ documents }, account) =>
    (await readDocuments(documents, account)).map(withoutRecord),
  );
  print(options, listed, listed.length === 0 ? ['no documents'] : listed.flatMap(lines));
}

async function request(idNumber: string, type: string, number: string, options: WithReason): Promise<void> {
  const asked = await withPerson(idNumber, options, async ({ documents }, account) =>
    withoutRecord(documentJson(await requestDocument(documents, account, { type, number }, 'operator'))),
  );
  print(options, asked, lines(asked));
}

async function cancel(idNumber: string, type: string, options: WithReason): Promise<void> {
  await withPerson(idNumber, options, ({ documents }, account) => cancelDocument(documents, account, type, 'operator'));
  print(options, { type, cancelled: true }, ['cancelled']);
}

/** `senid documents …`: what agencies verified of a person, by ID number. */
export function registerDocumentCommands(program: Command): void {
  const documents = program.command('documents').description('documents of people, verified by agencies');
  const why = ['--reason <text>', 'why, for its holder to read'] as const;
  documents
    .command('list <id>')
    .description('every document with its state')
    .option(...why)
    .action(refusing((id: string, _own: object, command: Command) => list(id, command.optsWithGlobals())));
  documents
    .command('request <id> <type> <number>')
    .description(`ask the managing agency about ${documentNames.join(', ')}`)
    .option(...why)
    .action(
      refusing((id: string, type: string, number: string, _own: object, command: Command) =>
        request(id, type, number, command.optsWithGlobals()),
      ),
    );
  documents
    .command('cancel <id> <type>')
    .description('take a document out: no service gets it any more')
    .option(...why)
    .action(refusing((id: string, type: string, _own: object, command: Command) => cancel(id, type, command.optsWithGlobals())));
}
