import { clientsRows } from './clients-rows.ts';
import type { Outcome } from './outcome.ts';
import { webRows } from './web-rows.ts';

/** Every way the service can say no: what a service gets, what a person reads, what the help desk says, how loudly it is logged. */
export const catalogue = {
  ...clientsRows,
  ...webRows,
} as const satisfies Record<string, Outcome>;

export type ErrorCode = keyof typeof catalogue;

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(catalogue, code);
