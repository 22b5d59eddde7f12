/** Every way the consent ledger says no. */
export type ConsentErrorCode = 'consent_not_found' | 'receipt_not_found' | 'claim_by_law';
