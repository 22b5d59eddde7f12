import type { Context } from 'koa';
import type { ApprovalStatus } from '#src/approvals/approvals.ts';
import { untilOf } from '#src/backchannel/authorization-details.ts';
import { shownWords } from '#src/consent/shown-words.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { answerConsent } from '#src/sign-in/answer-consent.ts';
import { isDataRequest, isLinking, promptsOf } from '#src/sign-in/authorization-request.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { type Journey, type Known, viewJourney } from '#src/sign-in/journey.ts';
import { heldFromPhone } from '#src/sign-in/phone-grant.ts';
import { finishJourney, recordProof } from '#src/sign-in/progress.ts';
import { recordSignIn, releasedBy } from '#src/sign-in/sign-in-history.ts';
import { qrStartOf } from '#src/sign-in/sign-in-requests.ts';
import { languageOf } from '../language.ts';
import { ensureBrowserKey } from './browser-cookie.ts';
import { linkOfferFor } from './link-offer.ts';
import type { SignInPageParts } from './parts.ts';
import { type Showing, showStep } from './show.ts';

/** What the phone says about this page's QR now. */
export const approvalStatus = (parts: SignInPageParts, document: InteractionDocument): Promise<ApprovalStatus | undefined> =>
  parts.approvals.current(document.id, qrStartOf(document));

/** @throws {DomainError} `service_unknown` when the service went away meanwhile */
export function requireService(journey: Journey | undefined): Journey {
  if (journey === undefined) throw new DomainError('service_unknown');
  return journey;
}

/** Approved and not yet arrived here: also one that was marked used by a request that ended before it could write that down. */
const isToTake = (document: InteractionDocument, approval: ApprovalStatus | undefined): approval is ApprovalStatus =>
  approval?.state === 'approved' || (approval?.state === 'used' && document.tookApproval !== approval.id);

/** Takes an approval up: its methods become the journey's, what was granted on the phone becomes a receipt. */
async function takeApproval(
  parts: SignInPageParts,
  ctx: Context,
  document: InteractionDocument,
  status: ApprovalStatus,
): Promise<Journey> {
  const used = await parts.approvals.use(status.id, document.id);
  const { accountId, methods, granted, browserKnown, deviceId, decision } = used;
  const moved = await recordProof(parts.store, document, {
    accountId,
    methods,
    approval: { id: status.id, granted, browserKnown },
  });
  if (moved === undefined) throw new DomainError('interaction_expired');
  const journey = requireService(await viewJourney(parts, moved));
  const { account, plan, client } = journey;
  if (granted.length === 0 || account === undefined || plan === undefined) return journey;
  const held = heldFromPhone(used, { client, plan, consent: journey.consent });
  if (held.granted.length === 0) return journey;
  const answer = {
    granted: held.granted,
    language: used.language ?? languageOf(ctx),
    method: 'phone',
    words: shownWords(client, held.plan, []),
    decision: { deviceId, approvalId: status.id, jws: decision },
    until: untilOf(document.payload.params),
  } as const;
  const consent = await answerConsent(parts, { ...journey, account, plan: held.plan }, answer);
  return requireService(await viewJourney(parts, moved, { account, consent }));
}

/** Nothing is left to ask: the provider takes up who signed in, and assesses it once more itself. */
async function finish(parts: SignInPageParts, ctx: Context, journey: Journey, consentAnswered: boolean): Promise<void> {
  const { document, account, client } = journey;
  if (account === undefined) throw new TypeError('nobody signed in');
  const { params } = document.payload;
  const isAskedByRequest =
    promptsOf(params).has('consent') ||
    isLinking(params) ||
    isDataRequest(params) ||
    client.metadata['application_type'] === 'native';
  if (consentAnswered && isAskedByRequest) await finishJourney(parts.store, document.id, { outcome: 'consent-answered' });
  if (document.methods !== undefined) await recordSignIn(parts, document, ensureBrowserKey(parts, ctx), releasedBy(journey));
  backToService(ctx, document);
}

/** After a form: the same address by GET, so that reload and back never send a form again. */
export function showAgain(ctx: Context, { id }: InteractionDocument, query = ''): void {
  ctx.status = 303;
  ctx.redirect(`/interaction/${id}${query}`);
}

/**
 * After a form: straight to the service when nothing is left to ask, else the next page by GET. Pages that go on from a session are
 * always looked at again first, because that session may have ended since.
 */
export async function goOn(parts: SignInPageParts, ctx: Context, document: InteractionDocument, seen: Known = {}): Promise<void> {
  const journey = document.payload.session === undefined ? await viewJourney(parts, document, seen) : undefined;
  if (journey?.step === 'finish') await finish(parts, ctx, journey, false);
  else showAgain(ctx, document);
}

/** The provider takes the result up and sends the browser to the service. */
export function backToService(ctx: Context, { payload }: InteractionDocument): void {
  ctx.status = 303;
  ctx.redirect(payload.returnTo);
}

/** Ends the journey with an OAuth error for the service. */
export async function refuse(
  parts: SignInPageParts,
  ctx: Context,
  document: InteractionDocument,
  error: string,
  description: string,
): Promise<void> {
  await finishJourney(parts.store, document.id, { outcome: 'refused', error, description });
  backToService(ctx, document);
}

/** Shows the next step, or finishes when nothing is left to ask. */
export async function advance(
  parts: SignInPageParts,
  ctx: Context,
  document: InteractionDocument,
  showing: Showing = {},
  seen: Known = {},
): Promise<void> {
  if (document.result !== undefined) return backToService(ctx, document);
  let journey = requireService(await viewJourney(parts, document, seen));
  const asksPhone = journey.step === 'identify' || journey.step === 'phone' || journey.step === 'otp';
  const approval = asksPhone && showing.problem === undefined ? await approvalStatus(parts, document) : undefined;
  const taken = isToTake(document, approval) ? approval : undefined;
  if (taken !== undefined) journey = await takeApproval(parts, ctx, document, taken);
  if (journey.step === 'finish') return finish(parts, ctx, journey, seen.consentAnswered === true);
  const link = await linkOfferFor(parts, journey);
  if (link !== undefined && 'refusal' in link) return refuse(parts, ctx, document, ...link.refusal);
  showStep(parts, ctx, journey, { ...showing, link, approval: taken === undefined ? approval : undefined });
}
