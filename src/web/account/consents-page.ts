import { isOwnService } from '#src/clients/own-services.ts';
import { findListed, type ListedConsent, listConsents, readReceipts } from '#src/consent/consent-list.ts';
import { withdrawConsent } from '#src/consent/withdraw-consent.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { endOwnLink, listLinks } from '#src/links/end-link.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { claimLabel } from '../texts/claims.ts';
import type { ConsentView } from './pages.ts';
import type { AccountParts } from './parts.ts';
import { saidOf, say } from './said.ts';
import { ownerView, type Wording, wordingOf } from './words.ts';

async function consentView(
  parts: AccountParts,
  { session: { account } }: AreaRequest,
  { language, moment }: Wording,
  listed: ListedConsent,
): Promise<ConsentView> {
  const { consent, purpose } = await findListed(parts, account, listed.id);
  const words = readReceipts(consent, purpose).find(({ isWithdrawn }) => !isWithdrawn)?.words;
  const basisOf = (claim: string) => words?.legalBasis.find((basis) => basis.claim === claim)?.text[language];
  return {
    service: listed.clientName[language],
    purpose: listed.purpose[language],
    granted: listed.granted.map((name) => ({ name, label: claimLabel(name, language) })),
    informed: listed.informed.map((name) => ({ label: claimLabel(name, language), basis: basisOf(name) })),
    offlineAccess: listed.offlineAccess,
    since: moment(listed.grantedAt),
    until: moment(listed.expiresAt),
    shown: words?.page ?? [],
    withdrawUrl: `/account/consents/${listed.id}/withdrawal`,
  };
}

/** What each service may read, and which of its accounts are linked. SenID's own pages are none. */
export async function showConsents(parts: AccountParts, request: AreaRequest): Promise<void> {
  const { account } = request.session;
  const wording = wordingOf(parts, request);
  const [listed, links] = await Promise.all([listConsents(parts, account), listLinks(parts, account.id)]);
  const open = listed.filter(({ isOpen, clientId }) => isOpen && !isOwnService(clientId));
  sendPage(request.ctx, parts.renderer, 'account-consents', {
    me: ownerView(request),
    said: saidOf(request),
    consents: await Promise.all(open.map((each) => consentView(parts, request, wording, each))),
    links: links.map(({ id, clientName, label, linkedAt }) => ({
      service: clientName[wording.language],
      label,
      since: wording.moment(linkedAt),
      unlinkUrl: `/account/links/${id}/removal`,
    })),
  });
}

/** One tap: a purpose of a service, or one item of it. @throws {DomainError} `consent_not_found`, another person's too, `claim_by_law` */
export async function takeWithdrawal(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const { account } = request.session;
  const { consent, purpose } = await findListed(parts, account, id);
  if (isOwnService(consent.clientId)) throw new DomainError('consent_not_found');
  const claim = request.fields.has('claim') ? request.fields.text('claim') : undefined;
  await withdrawConsent(parts, account, { clientId: consent.clientId, purpose, claim }, { by: 'self' });
  const { name } = await wordingOf(parts, request).service(consent.clientId);
  await request.goTo('/account/consents', say('withdrawn', { service: name }));
}

/** @throws {DomainError} `link_not_found`, another person's too */
export async function takeUnlink(parts: AccountParts, request: AreaRequest, id: string): Promise<void> {
  const { account } = request.session;
  const link = (await listLinks(parts, account.id)).find((each) => each.id === id);
  await endOwnLink(parts, account.id, id);
  const service = link?.clientName[wordingOf(parts, request).language] ?? '';
  await request.goTo('/account/consents', say('unlinked', { service }));
}
