import { z } from 'zod';
import { DomainError } from '#src/kernel/domain-error.ts';
import { leadsElsewhere, namesAddress } from '#src/kernel/leads-elsewhere.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';
import { type AuthorizationParams, textParam } from '#src/sign-in/authorization-request.ts';

/** People read it on their phones and sign it, as it was sent. */
const line = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(visibleLine, 'expected one line of visible characters')
    .refine((text) => text.normalize('NFC') === text, 'expected Unicode NFC')
    .refine((text) => text.trim() === text, 'no space at its ends')
    .refine((text) => !namesAddress(text), 'no links or addresses');

/** The same in words; the number of an account may be anything, also somebody's telephone. */
const words = (longest: number) =>
  line(longest).refine((text) => !leadsElsewhere(text), 'no links, addresses or telephone numbers');

const longestUntilMs = 366 * 86_400_000;

/** Data of a person for a registered purpose. */
const dataRequest = z.strictObject({
  type: z.literal('senid_data_request'),
  claims: z.array(z.string().min(1).max(200)).min(1).max(50),
  /** The id of a registered purpose. */
  purpose: z.string().min(1).max(200),
  /** How long the consent may last, RFC 3339; never longer than policy says. */
  until: z.iso.datetime({ offset: true }).optional(),
});

/** One payment. */
const transaction = z.strictObject({
  type: z.literal('senid_transaction'),
  amount: z.strictObject({ value: z.int().min(1).max(1_000_000_000_000_000), currency: z.literal('VND') }),
  payee: z.strictObject({ name: words(100), account: line(50) }),
  purpose: words(200),
  reference: words(64),
});

export type DataRequest = z.infer<typeof dataRequest>;
export type Transaction = z.infer<typeof transaction>;
export type AuthorizationDetail = DataRequest | Transaction;

export const detailTypes = { senid_data_request: dataRequest, senid_transaction: transaction } as const;

/** Reads one detail of a known type. @throws {DomainError} `authorization_details_invalid`, the detail naming the member */
export function readDetail(json: unknown): AuthorizationDetail {
  const parsed = z.discriminatedUnion('type', [dataRequest, transaction]).safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DomainError('authorization_details_invalid', { detail: `${issue?.path.join('.') || 'detail'}: ${issue?.message}` });
}

/** The details of a request that was checked when it came. */
export function detailsOf(params: AuthorizationParams): readonly AuthorizationDetail[] {
  const text = textParam(params, 'authorization_details');
  return text === undefined ? [] : (JSON.parse(text) as AuthorizationDetail[]);
}

export const transactionOf = (params: AuthorizationParams): Transaction | undefined =>
  detailsOf(params).find((detail) => detail.type === 'senid_transaction');

export const dataRequestOf = (params: AuthorizationParams): DataRequest | undefined =>
  detailsOf(params).find((detail) => detail.type === 'senid_data_request');

/** When what is granted ends by the request's own word, in milliseconds since the epoch. */
export function untilOf(params: AuthorizationParams): number | undefined {
  const until = dataRequestOf(params)?.until;
  return until === undefined ? undefined : Date.parse(until);
}

/**
 * What goes together: one detail of a type, a transaction with nothing else to decide (so that what is signed about a payment names no data of
 * the person), dates that have not passed.
 * @throws {DomainError} `authorization_details_invalid`
 */
export function checkTogether(details: readonly AuthorizationDetail[], asksForClaims: boolean, nowMs: number): void {
  const refuse = (detail: string): never => {
    throw new DomainError('authorization_details_invalid', { detail });
  };
  const types = details.map(({ type }) => type);
  if (new Set(types).size < types.length) refuse('each type at most once');
  if (types.includes('senid_transaction') && (types.length > 1 || asksForClaims))
    refuse('a transaction is approved by itself: ask for claims in another request');
  for (const detail of details) {
    if (detail.type !== 'senid_data_request' || detail.until === undefined) continue;
    const until = Date.parse(detail.until);
    if (!(until > nowMs && until <= nowMs + longestUntilMs)) refuse('until: expected a moment within a year from now');
  }
}
