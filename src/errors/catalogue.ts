import { accountsRows } from './accounts-rows.ts';
import { approvalsRows } from './approvals-rows.ts';
import { backchannelRows } from './backchannel-rows.ts';
import { clientsRows } from './clients-rows.ts';
import { consentRows } from './consent-rows.ts';
import { devicesRows } from './devices-rows.ts';
import { documentsRows } from './documents-rows.ts';
import { feedbackRows } from './feedback-rows.ts';
import type { Outcome } from './outcome.ts';
import { passkeysRows } from './passkeys-rows.ts';
import { staffRows } from './staff-rows.ts';
import { webRows } from './web-rows.ts';

/** Every way the service can say no: what a service gets, what a person reads, what the help desk says, how loudly it is logged. */
export const catalogue = {
  ...accountsRows,
  ...approvalsRows,
  ...backchannelRows,
  ...clientsRows,
  ...consentRows,
  ...devicesRows,
  ...documentsRows,
  ...passkeysRows,
  ...feedbackRows,
  ...staffRows,
  ...webRows,
} as const satisfies Record<string, Outcome>;

export type ErrorCode = keyof typeof catalogue;

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(catalogue, code);
