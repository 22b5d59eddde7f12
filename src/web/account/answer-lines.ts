import { decodeJwt } from 'jose';
import type { AccountEventDocument } from '#src/accounts/collections.ts';
import { openPayload } from '#src/approvals/sealed-payload.ts';
import { signedDecisionOf } from '#src/approvals/signed-decision.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';
import type { AccountParts } from './parts.ts';
import type { Line, Wording } from './words.ts';

/** What of the bytes that were shown is read again here. */
interface Shown {
  readonly acr?: string;
  readonly transaction?: {
    readonly amount: { readonly value: number };
    readonly payee: { readonly name: string; readonly account: string };
    readonly purpose: string;
    readonly reference: string;
  } | null;
}

const dong = new Intl.NumberFormat('vi-VN');

/** What the person said to a service that asked by itself, out of what they signed. */
export async function answerLines(
  { store, sealing }: AccountParts,
  { accountId, data }: AccountEventDocument,
  { words, claims, level }: Wording,
): Promise<Line[]> {
  const answer = String(data['answer']);
  const said: Line = [
    'answer',
    Object.hasOwn(words.answers, answer) ? words.answers[answer as keyof typeof words.answers] : answer,
  ];
  const kept = await signedDecisionOf(store, String(data['approval']) as ApprovalId);
  if (kept?.accountId !== accountId) return [said];
  const { acr, transaction } = JSON.parse(Buffer.from(openPayload(sealing, kept), 'base64url').toString('utf8')) as Shown;
  const { granted = [] } = decodeJwt<{ granted?: readonly string[] }>(kept.decision);
  const payment: Line[] =
    transaction == null
      ? [['granted', claims(granted)]]
      : [
          ['amount', `${dong.format(transaction.amount.value)} đồng`],
          ['payee', `${transaction.payee.name}, ${transaction.payee.account}`],
          ['purpose', transaction.purpose],
          ['reference', transaction.reference],
        ];
  return [said, ...payment, ['level', answer === 'approve' && acr !== undefined ? level(acr) : undefined]];
}
