import { type BatchLine, type BatchOptions, type ImportParts, openBatch } from './import-batch.ts';

export interface ImportReport {
  imported: number;
  duplicates: number;
  /** Line numbers count from 1. */
  readonly refused: { readonly line: number; readonly code: string; readonly detail?: string }[];
}

/** How far an import has come. */
export interface ImportProgress {
  readonly lines: number;
  /** Of the file, as UTF-8. */
  readonly bytes: number;
}

type PeopleOptions = BatchOptions & { readonly progress?: (done: ImportProgress) => void };

/** Large enough that a commit costs little for each person, small enough that memory stays flat and a crash loses little work. */
const batchSize = 8000;

async function* inBatches(
  lines: AsyncIterable<string>,
): AsyncGenerator<{ readonly batch: BatchLine[]; readonly done: ImportProgress }> {
  let batch: BatchLine[] = [];
  const done = { lines: 0, bytes: 0 };
  for await (const text of lines) {
    done.lines += 1;
    done.bytes += Buffer.byteLength(text) + 1;
    if (text.trim() !== '') batch.push({ line: done.lines, text });
    if (batch.length < batchSize) continue;
    yield { batch, done: { ...done } };
    batch = [];
  }
  if (batch.length > 0) yield { batch, done };
}

/**
 * Opens an account for each line, in batches. A line whose account is there already is a duplicate, and one that an import left half done is
 * finished, so a broken import can simply run again.
 */
export async function importPeople(
  parts: ImportParts,
  lines: AsyncIterable<string>,
  options: PeopleOptions,
): Promise<ImportReport> {
  const report: ImportReport = { imported: 0, duplicates: 0, refused: [] };
  for await (const { batch, done } of inBatches(lines)) {
    for (const [line, outcome] of await openBatch(parts, batch, options)) {
      if (outcome === 'imported') report.imported += 1;
      else if (outcome === 'duplicate') report.duplicates += 1;
      else report.refused.push({ line, code: outcome.code, ...(outcome.detail === undefined ? {} : { detail: outcome.detail }) });
    }
    options.progress?.(done);
  }
  return report;
}
