import mongoose from 'mongoose';
import { StoreUnavailable } from '#src/kernel/store.ts';

const { MongoBulkWriteError, MongoError, MongoServerError, MongoNetworkError, MongoWriteConcernError } = mongoose.mongo;

/** Server errors that say "not now" or "not me"; anything else a server refuses is a fault of ours and shows itself. */
const passing: ReadonlySet<number> = new Set([
  ...[6, 7, 89, 9001], // a host or a socket between the nodes
  ...[50, 202, 262], // out of time
  ...[64, 79, 100], // the majority did not answer
  ...[91, 189, 10107, 11600, 11602, 13388, 13435, 13436], // no primary here, not yet or no longer; shutting down
  ...[13, 18, 14031], // credentials refused, disk full
  ...[112, 246, 251, 263], // a transaction that went on losing
]);

const passingLabels = [
  'RetryableWriteError',
  'TransientTransactionError',
  'UnknownTransactionCommitResult',
  'SystemOverloadedError',
];

/** The driver's own ways to say that nobody answers, and that it is closed. */
const unreachable: ReadonlySet<string> = new Set([
  'MongooseServerSelectionError',
  'MongoServerSelectionError',
  'MongoOperationTimeoutError',
  'MongoWaitQueueTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoServerClosedError',
  'MongoExpiredSessionError',
  'MongoStalePrimaryError',
]);

/** A socket that ended at the moment of writing reaches us as Node's own error, not as the driver's. */
const socketCodes: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ERR_STREAM_DESTROYED',
]);
const isSocketFault = (fault: unknown): boolean => fault instanceof Error && socketCodes.has((fault as { code?: unknown }).code);

const duplicateKey = 11_000;
const codeOf = (fault: unknown): number => Number((fault as { code?: unknown } | undefined)?.code);

/** An id that exists already. */
export const isDuplicate = (fault: unknown): boolean => fault instanceof MongoServerError && codeOf(fault) === duplicateKey;

/** The same as the error of one statement of many. */
export const isDuplicateStatement = ({ code }: { readonly code?: number | undefined }): boolean => code === duplicateKey;

/** Which of many inserts found their id taken. @throws the fault itself when anything else went wrong */
export function duplicatesOf(fault: unknown): number[] {
  if (!(fault instanceof MongoBulkWriteError) || fault.result.getWriteConcernError() !== undefined) throw fault;
  const refused = [fault.writeErrors].flat();
  if (!refused.every(isDuplicateStatement)) throw fault;
  return refused.map(({ index }) => index);
}

/** One statement's error as the error of one call: with its code alone, since the statement itself holds the document. */
export function statementFault({ code }: { readonly code?: number | undefined }): Error {
  return new MongoServerError({ code, errmsg: `a statement was refused (${code})` });
}

export const hasLabel = (fault: unknown, label: string): boolean => fault instanceof MongoError && fault.hasErrorLabel(label);

/** Whether it is the engine that cannot answer, not the question that is wrong. */
function isUnavailable(fault: unknown): fault is Error {
  if (!(fault instanceof Error)) return false;
  if (unreachable.has(fault.name) || isSocketFault(fault)) return true;
  if (fault instanceof MongoNetworkError || fault instanceof MongoWriteConcernError) return true;
  return (
    fault instanceof MongoServerError && (passing.has(codeOf(fault)) || passingLabels.some((label) => fault.hasErrorLabel(label)))
  );
}

/** What the port says of a driver's fault; other faults pass unchanged. The message names no host and no credentials. */
export const asUnavailable = (fault: unknown): unknown =>
  isUnavailable(fault) ? new StoreUnavailable(`the store does not answer (${fault.name})`, { cause: fault }) : fault;

/** Whether a read may be asked again at once: the driver looks for the new primary first. */
export const mayAskAgain = (fault: unknown): boolean =>
  isSocketFault(fault) ||
  (fault instanceof MongoNetworkError && fault.name !== 'MongoNetworkTimeoutError') ||
  (fault instanceof MongoServerError && [91, 189, 10107, 11600, 11602, 13435, 13436].includes(codeOf(fault)));
