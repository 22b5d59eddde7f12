import type { PasswordHashing } from '#src/hashing/password-hashing.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import { accounts, credentials, reservations } from './collections.ts';
import { idNumberReservation } from './directory.ts';
import { type ImportOptions, readPerson } from './import-person.ts';
import { accountDocuments, type NewAccount } from './open-account.ts';
import { normaliseIdNumber } from './person-rules.ts';

export interface ImportParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: PasswordHashing;
}

/** A dry run reads and checks, and writes nothing. */
export type BatchOptions = Omit<ImportOptions, 'hash'> & { readonly dryRun: boolean };

export interface BatchLine {
  readonly line: number;
  readonly text: string;
}

export type LineOutcome = 'imported' | 'duplicate' | DomainError;

interface ReadLine {
  readonly line: number;
  readonly json: unknown;
  /** The reservation of its ID number; empty where it has none that can be read. */
  readonly reservation: string;
}

/** A line that is to become an account. */
interface Opening {
  readonly line: number;
  readonly documents: ReturnType<typeof accountDocuments>;
}

function readLine({ sealing }: ImportParts, { line, text }: BatchLine): ReadLine | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const idNumber = (json as { id_number?: unknown } | null)?.id_number;
    const reservation = typeof idNumber === 'string' ? idNumberReservation(sealing, normaliseIdNumber(idNumber)) : '';
    return { line, json, reservation };
  } catch {
    return undefined;
  }
}

async function readAccount(parts: ImportParts, json: unknown, options: BatchOptions): Promise<NewAccount | DomainError> {
  try {
    return await readPerson(json, parts, { ...options, hash: !options.dryRun });
  } catch (refusal) {
    if (refusal instanceof DomainError) return refusal;
    throw refusal;
  }
}

const ownersOf = async ({ store }: ImportParts, ids: readonly string[]): Promise<Map<string, AccountId>> =>
  new Map((await store.getMany(reservations, ids)).map(({ id, accountId }) => [id, accountId]));

/**
 * Sorts the lines: duplicates of an account that is there or of an earlier line, refused ones, and those to open. A reservation without an
 * account was left by an import that ended in between: it and its account id belong to the line that has its ID number.
 */
async function sortLines(
  parts: ImportParts,
  lines: readonly ReadLine[],
  options: BatchOptions,
  outcomes: Map<number, LineOutcome>,
) {
  const owners = await ownersOf(
    parts,
    lines.map(({ reservation }) => reservation),
  );
  const opened = new Set((await parts.store.getMany(accounts, [...owners.values()])).map(({ id }) => id));
  const openings = new Map<string, Opening>();
  for (const { line, json, reservation } of lines) {
    const owner = owners.get(reservation);
    const isKnown = openings.has(reservation) || (owner !== undefined && opened.has(owner));
    const account = isKnown ? undefined : await readAccount(parts, json, options);
    if (account === undefined) outcomes.set(line, 'duplicate');
    else if (account instanceof DomainError) outcomes.set(line, account);
    else {
      const id = owner ?? (randomIdentifier(parts.random) as AccountId);
      openings.set(reservation, { line, documents: accountDocuments(parts, id, account, reservation) });
    }
  }
  return [...openings.values()];
}

/** The openings whose reservation of this kind belongs to somebody else, after reserving what is free unless nothing may be written. */
async function takenBy(
  parts: ImportParts,
  openings: readonly Opening[],
  kind: 'idNumber' | 'phone',
  dryRun: boolean,
): Promise<Set<Opening>> {
  const first = new Map(
    openings
      .flatMap(({ documents }) => documents[kind] ?? [])
      .toReversed()
      .map((one) => [one.id, one]),
  );
  const there = dryRun ? [...first.keys()] : await parts.store.insertMany(reservations, [...first.values()]);
  const owners = await ownersOf(parts, there);
  const ownerOf = (id: string): AccountId | undefined => owners.get(id) ?? first.get(id)?.accountId;
  return new Set(
    openings.filter(({ documents }) => {
      const wanted = documents[kind];
      return wanted !== undefined && ownerOf(wanted.id) !== wanted.accountId;
    }),
  );
}

/** Reservations first, the account itself last: whatever is there of it after a crash is taken up by the next run. */
async function open(parts: ImportParts, openings: readonly Opening[], dryRun: boolean, outcomes: Map<number, LineOutcome>) {
  const { store } = parts;
  // somebody else may have opened one since we looked
  const raced = await takenBy(parts, openings, 'idNumber', dryRun);
  const ours = openings.filter((opening) => !raced.has(opening));
  const shared = await takenBy(parts, ours, 'phone', dryRun);
  for (const { line } of raced) outcomes.set(line, 'duplicate');
  for (const { line, documents } of shared) {
    outcomes.set(line, new DomainError('phone_taken'));
    if (!dryRun) await store.remove(reservations, documents.idNumber.id);
  }
  if (dryRun) return;
  const documents = ours.filter((opening) => !shared.has(opening)).map((opening) => opening.documents);
  await store.insertMany(
    credentials,
    documents.map((each) => each.credentials),
  );
  await store.insertMany(
    accounts,
    documents.map((each) => each.account),
  );
}

/** Opens an account for each line that can have one, and says what became of every line. */
export async function openBatch(
  parts: ImportParts,
  batch: readonly BatchLine[],
  options: BatchOptions,
): Promise<ReadonlyMap<number, LineOutcome>> {
  const outcomes = new Map<number, LineOutcome>(batch.map(({ line }) => [line, 'imported']));
  const lines: ReadLine[] = [];
  for (const each of batch) {
    const read = readLine(parts, each);
    if (read === undefined) outcomes.set(each.line, new DomainError('person_invalid', { detail: 'not JSON' }));
    else lines.push(read);
  }
  const openings = await sortLines(parts, lines, options, outcomes);
  if (openings.length > 0) await open(parts, openings, options.dryRun, outcomes);
  return outcomes;
}
