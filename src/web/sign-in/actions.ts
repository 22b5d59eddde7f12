import type { Context } from 'koa';
import { untilOf } from '#src/backchannel/authorization-details.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { provePasskey } from '#src/passkeys/prove-passkey.ts';
import { answerConsent } from '#src/sign-in/answer-consent.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { type Journey, viewJourney } from '#src/sign-in/journey.ts';
import type { Step } from '#src/sign-in/next-step.ts';
import { confirmPerson, forgetPerson, recordProof, restartQr } from '#src/sign-in/progress.ts';
import type { EntryProblem } from '../pages.ts';
import { advance, goOn, refuse, requireService, showAgain } from './advance.ts';
import { browserKey } from './browser-cookie.ts';
import { shownConsentView } from './consent-view.ts';
import type { FormFields } from './form-fields.ts';
import { confirmOffered, linkOfferFor } from './link-offer.ts';
import type { SignInPageParts } from './parts.ts';
import { isSlowed, type PasswordEntry, passwordProof } from './password-entry.ts';

/** One press of a button. */
interface Press {
  readonly parts: SignInPageParts;
  readonly ctx: Context;
  readonly journey: Journey;
  readonly form: FormFields;
  readonly entry: PasswordEntry;
}

const live = (document: InteractionDocument | undefined): InteractionDocument => {
  if (document === undefined) throw new DomainError('interaction_expired');
  return document;
};

/** The same page again with what went wrong: 401 for a wrong entry, 429 and 503 while entries are slowed. */
async function tryAgain(
  { parts, ctx, journey, form }: Press,
  problem: EntryProblem,
  status: number,
  retryAfterSeconds?: number,
): Promise<void> {
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
  await advance(parts, ctx, journey.document, { problem, status, retryAfterSeconds, typedIdNumber: form.text('id_number') });
}

/** Entries are slowed, or too many people are signing in: the form again, with when to come back. */
function slowDown(press: Press, { code, retryAfterSeconds }: DomainError): Promise<void> {
  return code === 'hashing_busy'
    ? tryAgain(press, 'hashing_busy', 503, retryAfterSeconds)
    : tryAgain(press, 'sign_in_slowed', 429, retryAfterSeconds);
}

async function enterPassword(press: Press): Promise<void> {
  const { parts, ctx, journey, entry } = press;
  if (entry.outcome === 'missing') return tryAgain(press, entry.problem, 401);
  if (entry.outcome === 'slowed') return slowDown(press, entry.refusal);
  if (entry.outcome !== 'right') return tryAgain(press, 'credentials_wrong', 401);
  await goOn(parts, ctx, live(await recordProof(parts.store, journey.document, passwordProof(parts, entry.account))));
}

async function enterCode(press: Press): Promise<void> {
  const { parts, ctx, journey, form } = press;
  const code = form.text('otp').replace(/\s/g, '');
  if (code === '') return tryAgain(press, 'otp_missing', 401);
  const { account } = journey;
  if (account === undefined) throw new DomainError('interaction_expired');
  let isRight: boolean;
  try {
    isRight = await parts.keyboard.verifyTotp(account.id, code, { address: ctx.ip, browser: browserKey(ctx) });
  } catch (thrown) {
    if (!isSlowed(thrown)) throw thrown;
    return slowDown(press, thrown);
  }
  if (!isRight) return tryAgain(press, 'otp_wrong', 401);
  const methods = [{ amr: 'otp', at: epochSeconds(parts.clock), under: account.validFrom }] as const;
  await goOn(parts, ctx, live(await recordProof(parts.store, journey.document, { accountId: account.id, methods })));
}

async function usePasskey(press: Press): Promise<void> {
  const { parts, ctx, journey, form } = press;
  try {
    const { account, methods } = await provePasskey(parts, journey.document.id, form.text('passkey'));
    await goOn(parts, ctx, live(await recordProof(parts.store, journey.document, { accountId: account.id, methods })));
  } catch (refused) {
    if (!(refused instanceof DomainError) || refused.code !== 'passkey_refused') throw refused;
    await tryAgain(press, 'passkey_refused', 401);
  }
}

/** The way over the phone: a new QR when the present one is over, used up or declined. Where a code was asked for, the QR comes instead. */
async function chooseQr({ parts, ctx, journey }: Press): Promise<void> {
  const restarted = live(await restartQr(parts.store, journey.document.id, parts.clock.now()));
  showAgain(ctx, restarted, journey.step === 'otp' ? '?way=qr' : '');
}

async function confirmThisIsMe({ parts, ctx, journey }: Press): Promise<void> {
  await goOn(parts, ctx, live(await confirmPerson(parts.store, journey.document.id)));
}

async function thisIsNotMe({ parts, ctx, journey }: Press): Promise<void> {
  showAgain(ctx, live(await forgetPerson(parts.store, journey.document.id, parts.clock.now())));
}

async function approveConsent({ parts, ctx, journey, form }: Press): Promise<void> {
  const { account, plan, document } = journey;
  if (account === undefined || plan === undefined) throw new DomainError('interaction_expired');
  const link = await linkOfferFor(parts, journey);
  if (link !== undefined && 'refusal' in link) return refuse(parts, ctx, document, ...link.refusal);
  const shown = shownConsentView(parts, { ...journey, account, plan }, link, form.text('shown'));
  // what is asked or its words changed since the page was shown: nobody has answered that yet
  if (shown === undefined) return advance(parts, ctx, document, { hasChanged: true, status: 409 });
  const unconfirmed = await confirmOffered(parts, journey);
  if (unconfirmed !== undefined) return refuse(parts, ctx, document, ...unconfirmed.refusal);
  const answer = {
    granted: form.all('grant'),
    language: shown.language,
    method: 'browser',
    words: shown.words,
    until: untilOf(document.payload.params),
  } as const;
  const consent = await answerConsent(parts, { ...journey, account, plan }, answer);
  await advance(parts, ctx, document, {}, { account, consent, consentAnswered: true });
}

const cancel = ({ parts, ctx, journey }: Press): Promise<void> =>
  refuse(parts, ctx, journey.document, 'access_denied', 'the person cancelled');

const cancelUnmet = ({ parts, ctx, journey }: Press): Promise<void> =>
  refuse(parts, ctx, journey.document, 'unmet_authentication_requirements', 'the required level is out of reach for this account');

/** Which button does what on the page of each step. */
const actions: Record<Exclude<Step, 'finish'>, Readonly<Record<string, (press: Press) => Promise<void>>>> = {
  'account-stopped': { qr: thisIsNotMe, cancel },
  'not-a-tester': { qr: thisIsNotMe, cancel },
  'level-missing': { qr: thisIsNotMe, cancel: cancelUnmet },
  identify: { continue: enterPassword, passkey: usePasskey, qr: chooseQr, cancel },
  otp: { continue: enterCode, qr: chooseQr, cancel },
  phone: { continue: enterPassword, passkey: usePasskey, qr: chooseQr, cancel },
  'confirm-person': { continue: confirmThisIsMe, qr: thisIsNotMe, cancel: thisIsNotMe },
  consent: { approve: approveConsent, cancel },
};

/** Only names that the table itself has: a form may send any text. */
const actionOf = (step: Step, name: string): ((press: Press) => Promise<void>) | undefined =>
  step !== 'finish' && Object.hasOwn(actions[step], name) ? actions[step][name] : undefined;

/** Does what was pressed; a button of an earlier page (reload, back, second tab) just shows where the journey stands. */
export async function act(
  parts: SignInPageParts,
  ctx: Context,
  document: InteractionDocument,
  form: FormFields,
  entry: PasswordEntry,
): Promise<void> {
  const journey = requireService(await viewJourney(parts, document));
  const isOver = journey.step === 'finish' || document.result !== undefined;
  const action = isOver ? undefined : actionOf(journey.step, form.text('action') || 'continue');
  if (action === undefined) return showAgain(ctx, document);
  await action({ parts, ctx, journey, form, entry });
}
