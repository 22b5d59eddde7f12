import type { Account } from '#src/accounts/account.ts';
import { findListed, type ListedConsent, listConsents, readReceipts, type ShownReceipt } from '#src/consent/consent-list.ts';
import { withdrawConsent } from '#src/consent/withdraw-consent.ts';
import type { DeviceApiParts } from './parts.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** A consent as programs read it. */
export const consentJson = (listed: ListedConsent) => ({
  id: listed.id,
  service_id: listed.serviceId,
  client_id: listed.clientId,
  client_name: listed.clientName,
  purpose: listed.purpose,
  claims: listed.granted,
  by_law: listed.informed,
  offline_access: listed.offlineAccess,
  granted_at: iso(listed.grantedAt),
  expires_at: iso(listed.expiresAt),
});

/** A receipt as programs read it: the decision, the words it was made on, what was taken back. */
export const receiptJson = ({ id, receipt, words, withdrawals, isWithdrawn }: ShownReceipt) => ({
  id,
  at: iso(receipt.at),
  expires_at: iso(receipt.until),
  purpose_id: receipt.purpose,
  granted: receipt.granted,
  refused: receipt.refused,
  informed: receipt.informed,
  offline_access: receipt.offlineAccess,
  acr: receipt.acr,
  method: receipt.method,
  language: receipt.language,
  text_version: receipt.text,
  ...(receipt.decision === undefined
    ? {}
    : {
        device: receipt.decision.deviceId,
        approval: receipt.decision.approvalId,
        signed_decision: receipt.decision.jws,
      }),
  shown:
    words === undefined
      ? null
      : {
          service: words.service,
          domain: words.domain,
          purpose: words.purpose,
          legal_basis: words.legalBasis,
          page: words.page,
        },
  withdrawn: isWithdrawn,
  withdrawals: withdrawals.map(({ at, claim, by, reason }) => ({
    at: iso(at),
    claim: claim ?? null,
    by,
    ...(reason === undefined ? {} : { reason }),
  })),
});

/** What services hold of this person by consent, or by a law they were told of. */
export const readConsents = async (parts: DeviceApiParts, account: Account) => ({
  consents: (await listConsents(parts, account)).filter(({ isOpen }) => isOpen).map(consentJson),
});

/** Every receipt about one of them, also those that were withdrawn. @throws {DomainError} `consent_not_found` */
export async function readConsent(parts: DeviceApiParts, account: Account, id: string) {
  const { consent, purpose } = await findListed(parts, account, id);
  return { id, client_id: consent.clientId, receipts: readReceipts(consent, purpose).map(receiptJson) };
}

/** @throws {DomainError} `consent_not_found`, `claim_by_law` */
export async function withdrawListed(parts: DeviceApiParts, account: Account, id: string, claim?: string): Promise<void> {
  const { consent, purpose } = await findListed(parts, account, id);
  await withdrawConsent(parts, account, { clientId: consent.clientId, purpose, claim }, { by: 'self' });
}
