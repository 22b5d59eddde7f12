import { DomainError } from '#src/kernel/domain-error.ts';
import { type BatchLine, type BatchOptions, type BatchReport, createImportBatch, type ImportParts } from './import-batch.ts';

export interface ImportReport {
  imported: number;
  duplicates: number;
  /** The lines of the first ten thousand of them. */
  readonly duplicateLines: number[];
  /** Line numbers count from 1. */
  readonly refused: { readonly line: number; readonly code: string; readonly detail?: string }[];
}

/** How far an import has come. */
export interface ImportProgress {
  readonly lines: number;
  /** Of the file, as UTF-8. */
  readonly bytes: number;
}

type PeopleOptions = BatchOptions & {
  readonly progress?: (done: ImportProgress) => void;
  /** Whether no other import runs; asked before anything is looked up or written. */
  readonly isAlone?: () => boolean;
};

const mostDuplicateLines = 10_000;

/** Large enough that a commit costs little for each person, small enough that memory stays flat and a crash loses little work. */
const batchSize = 8000;
const readTogether = 500;

/** Lines of a batch, some at a time; `isLast` ends the batch. */
interface Slice {
  readonly lines: readonly BatchLine[];
  readonly isLast: boolean;
  readonly done: ImportProgress;
}

async function* inSlices(texts: AsyncIterable<string>): AsyncGenerator<Slice> {
  let lines: BatchLine[] = [];
  let inBatch = 0;
  const done = { lines: 0, bytes: 0 };
  for await (const text of texts) {
    done.lines += 1;
    done.bytes += Buffer.byteLength(text) + 1;
    if (text.trim() !== '') lines.push({ line: done.lines, text });
    if (lines.length < readTogether) continue;
    inBatch += lines.length;
    const isLast = inBatch >= batchSize;
    yield { lines, isLast, done: { ...done } };
    lines = [];
    if (isLast) inBatch = 0;
  }
  yield { lines, isLast: true, done };
}

function requireAlone({ isAlone = () => true }: PeopleOptions): void {
  if (!isAlone()) throw new DomainError('import_running');
}

function addTo(report: ImportReport, { opened, others }: BatchReport): void {
  report.imported += opened;
  for (const [line, outcome] of others) {
    if (outcome === 'duplicate') {
      report.duplicates += 1;
      if (report.duplicateLines.length < mostDuplicateLines) report.duplicateLines.push(line);
    } else report.refused.push({ line, code: outcome.code, ...(outcome.detail === undefined ? {} : { detail: outcome.detail }) });
  }
}

/**
 * Opens an account for each line, in batches. A line whose account is there already is a duplicate, and one that an import left half done is
 * finished, so a broken import can simply run again. Only one may run at a time: what another one is about to open looks left behind.
 * @throws {DomainError} `import_running`
 */
export async function importPeople(
  parts: ImportParts,
  lines: AsyncIterable<string>,
  options: PeopleOptions,
): Promise<ImportReport> {
  const report: ImportReport = { imported: 0, duplicates: 0, duplicateLines: [], refused: [] };
  const known = new Set<string>();
  let batch = createImportBatch(parts, options, known);
  for await (const slice of inSlices(lines)) {
    requireAlone(options);
    await batch.read(slice.lines);
    if (!slice.isLast) continue;
    requireAlone(options);
    addTo(report, await batch.open());
    options.progress?.(slice.done);
    batch = createImportBatch(parts, options, known);
  }
  return report;
}
