import type { PasswordHashing } from '#src/hashing/password-hashing.ts';
import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import { accounts, credentials, reservations } from './collections.ts';
import { idNumberReservation } from './directory.ts';
import { type ImportOptions, readPerson } from './import-person.ts';
import { accountDocuments, type LineAccount } from './open-account.ts';
import { normaliseIdNumber } from './person-rules.ts';
import type { LineDocument, LineDocuments } from './ports.ts';

export interface ImportParts {
  readonly store: Store;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: PasswordHashing;
  readonly lineDocuments: LineDocuments;
}

/** A dry run reads and checks, and writes nothing. */
export type BatchOptions = Omit<ImportOptions, 'hash'> & { readonly dryRun: boolean };

export interface BatchLine {
  readonly line: number;
  readonly text: string;
}

/** What became of a line that is no new account. */
export type LineOutcome = 'duplicate' | DomainError;

export interface BatchReport {
  readonly opened: number;
  /** By the lines' numbers, in their order. */
  readonly others: readonly (readonly [line: number, outcome: LineOutcome])[];
}

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
  /** Documents of the person. */
  readonly named: readonly LineDocument[];
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

async function readAccount(parts: ImportParts, json: unknown, options: BatchOptions): Promise<LineAccount | DomainError> {
  try {
    const account = await readPerson(json, parts, { ...options, hash: !options.dryRun });
    return { ...account, documents: parts.lineDocuments.check(account.documents, account.identityLevel) };
  } catch (refusal) {
    if (refusal instanceof DomainError) return refusal;
    throw refusal;
  }
}

const ownersOf = async ({ store }: ImportParts, ids: readonly string[]): Promise<Map<string, AccountId>> =>
  new Map((await store.getMany(reservations, ids)).map(({ id, accountId }) => [id, accountId]));

/**
 * Ids of new accounts that begin alike, so that a batch's lie together in the store's indexes: spread over all of them each one would cost a page
 * of its own to write. 112 bits of each are its own.
 */
function neighbouringIds(random: Random): () => AccountId {
  const common = random.bytes(2);
  return () => Buffer.concat([common, random.bytes(14)]).toString('base64url') as AccountId;
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
async function open(parts: ImportParts, openings: readonly Opening[], dryRun: boolean, others: Map<number, LineOutcome>) {
  const { store } = parts;
  // somebody else may have opened one since we looked
  const raced = await takenBy(parts, openings, 'idNumber', dryRun);
  const ours = openings.filter((opening) => !raced.has(opening));
  const shared = await takenBy(parts, ours, 'phone', dryRun);
  for (const { line } of raced) others.set(line, 'duplicate');
  for (const { line, documents } of shared) {
    others.set(line, new DomainError('phone_taken'));
    if (!dryRun) await store.remove(reservations, documents.idNumber.id);
  }
  const openable = ours.filter((opening) => !shared.has(opening));
  const documents = openable.map((opening) => opening.documents);
  if (dryRun) return documents.length;
  await parts.lineDocuments.keep(
    openable.map(({ documents: { account }, named }) => ({ accountId: account.id, documents: named })),
  );
  await store.insertMany(
    credentials,
    documents.map((each) => each.credentials),
  );
  await store.insertMany(
    accounts,
    documents.map((each) => each.account),
  );
  return documents.length;
}

/** Lines whose accounts are opened together. */
export interface ImportBatch {
  /** Takes some more. Few at a time, what was read of them is gone before it costs the garbage collector anything. */
  read(lines: readonly BatchLine[]): Promise<void>;
  /** Opens an account for each line that can have one, and says what became of every line. Ends the batch. */
  open(): Promise<BatchReport>;
}

/**
 * Sorts lines into duplicates of an account that is there or of an earlier line, refused ones, and those to open. A reservation without an
 * account was left by an import that ended in between: it and its account id belong to the line that has its ID number.
 * @param known what the batches of a dry run before this one would have opened, by their reservations: it is not in the store
 */
export function createImportBatch(parts: ImportParts, options: BatchOptions, known: Set<string>): ImportBatch {
  const openings = new Map<string, Opening>();
  const others = new Map<number, LineOutcome>();
  const newId = neighbouringIds(parts.random);

  async function sort({ line, json, reservation }: ReadLine, owner: AccountId | undefined, isOpened: boolean): Promise<void> {
    const isKnown = isOpened || openings.has(reservation) || known.has(reservation);
    const account = isKnown ? undefined : await readAccount(parts, json, options);
    if (account === undefined) others.set(line, 'duplicate');
    else if (account instanceof DomainError) others.set(line, account);
    else {
      const documents = accountDocuments(parts, owner ?? newId(), account, reservation);
      openings.set(reservation, { line, documents, named: account.documents });
    }
  }

  return {
    async read(texts) {
      const lines: ReadLine[] = [];
      for (const each of texts) {
        const line = readLine(parts, each);
        if (line === undefined) others.set(each.line, new DomainError('person_invalid', { detail: 'not JSON' }));
        else lines.push(line);
      }
      const reserved = lines.map(({ reservation }) => reservation);
      const owners = await ownersOf(parts, reserved);
      const opened = new Set((await parts.store.getMany(accounts, [...owners.values()])).map(({ id }) => id));
      for (const line of lines) {
        const owner = owners.get(line.reservation);
        await sort(line, owner, owner !== undefined && opened.has(owner));
      }
    },
    async open() {
      const opened = openings.size === 0 ? 0 : await open(parts, [...openings.values()], options.dryRun, others);
      if (options.dryRun) for (const reservation of openings.keys()) known.add(reservation);
      return { opened, others: [...others].sort(([one], [other]) => one - other) };
    },
  };
}
