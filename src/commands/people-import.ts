import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import { type ImportReport, importPeople } from '#src/accounts/import-people.ts';
import { createLeases } from '#src/background/leases.ts';
import type { Application } from '#src/compose.ts';
import { type CommonOptions, print, withApplication } from './command-context.ts';
import { linesOf } from './file-lines.ts';
import { alone } from './import-lease.ts';
import { reportProgress } from './import-progress.ts';

/** Stands for the officer desk where people are invented. */
const inventedEvidence = { kind: 'in-person', place: 'Công an phường Mẫu', date: '2026-01-15', officer: 'officer-0001' };

type ImportFileOptions = CommonOptions & { readonly dryRun?: boolean };

function importFile(application: Application, file: string, { dryRun = false }: ImportFileOptions): Promise<ImportReport> {
  const isInvented = application.settings.profile !== 'production';
  const run = (isAlone: () => boolean): Promise<ImportReport> =>
    importPeople(application, linesOf(file === '-' ? process.stdin : createReadStream(file)), {
      dryRun,
      isAlone,
      defaultEvidence: isInvented ? inventedEvidence : undefined,
      refuseInvented: !isInvented,
      progress: reportProgress(file === '-' ? undefined : statSync(file).size, (line) => process.stderr.write(`${line}\n`)),
    });
  return dryRun ? run(() => true) : alone(createLeases(application, application.signals.process), run);
}

/** `senid people import FILE`: what became of each line that opened no account, by its number. */
export async function runImport(file: string, options: ImportFileOptions): Promise<void> {
  // before anything is opened or made for it
  if (file !== '-') accessSync(file, constants.R_OK);
  const { duplicateLines, ...report } = await withApplication(options, (application) => importFile(application, file, options));
  print(options, { ...report, duplicate_lines: duplicateLines }, [
    `imported ${report.imported}, duplicates ${report.duplicates}, refused ${report.refused.length}`,
    ...duplicateLines.map((line) => `line ${line}: duplicate`),
    ...report.refused.map(({ line, code, detail }) => `line ${line}: ${code}${detail === undefined ? '' : ` (${detail})`}`),
  ]);
  if (report.refused.length > 0) process.exitCode = 1;
}
