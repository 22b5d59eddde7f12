import type { Context } from 'koa';
import { epochSeconds } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { answerConsent } from '#src/sign-in/answer-consent.ts';
import { textParam } from '#src/sign-in/authorization-request.ts';
import type { InteractionDocument } from '#src/sign-in/collections.ts';
import { type Journey, viewJourney } from '#src/sign-in/journey.ts';
import type { Step } from '#src/sign-in/next-step.ts';
import { confirmPerson, forgetPerson, recordProof, restartQr } from '#src/sign-in/progress.ts';
import { languageOf } from '../language.ts';
import type { EntryProblem } from '../pages.ts';
import { advance, refuse } from './advance.ts';
import { browserKey } from './browser-cookie.ts';
import type { SignInPageParts } from './parts.ts';

/** One press of a button. */
interface Press {
  readonly parts: SignInPageParts;
  readonly ctx: Context;
  readonly journey: Journey;
  readonly form: FormFields;
}

export interface FormFields {
  readonly text: (name: string) => string;
  readonly all: (name: string) => readonly string[];
}

const live = (document: InteractionDocument | undefined): InteractionDocument => {
  if (document === undefined) throw new DomainError('interaction_expired');
  return document;
};

const caller = ({ parts, ctx }: Press) => ({ address: ctx.ip, browser: browserKey(parts, ctx) });

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

/** Runs a check of an entry; refusals that pass by themselves go back to the form. */
async function checkEntry<Result>(press: Press, check: () => Promise<Result>): Promise<Result | 'answered'> {
  try {
    return await check();
  } catch (refusal) {
    if (!(refusal instanceof DomainError) || (refusal.code !== 'sign_in_slowed' && refusal.code !== 'hashing_busy')) throw refusal;
    await tryAgain(press, refusal.code, refusal.code === 'sign_in_slowed' ? 429 : 503, refusal.retryAfterSeconds);
    return 'answered';
  }
}

async function enterPassword(press: Press): Promise<void> {
  const { parts, ctx, journey, form } = press;
  const idNumber = form.text('id_number').trim();
  const password = form.text('password');
  if (idNumber === '') return tryAgain(press, 'id_number_missing', 401);
  if (password === '') return tryAgain(press, 'password_missing', 401);
  const account = await checkEntry(press, () => parts.keyboard.verifyPassword(idNumber, password, caller(press)));
  if (account === 'answered') return;
  if (account === undefined) return tryAgain(press, 'credentials_wrong', 401);
  const methods = [{ amr: 'pwd', at: epochSeconds(parts.clock) }] as const;
  await advance(parts, ctx, live(await recordProof(parts.store, journey.document, { accountId: account.id, methods })));
}

async function enterCode(press: Press): Promise<void> {
  const { parts, ctx, journey, form } = press;
  const code = form.text('otp').replace(/\s/g, '');
  if (code === '') return tryAgain(press, 'otp_missing', 401);
  const accountId = journey.account?.id as AccountId;
  const right = await checkEntry(press, () => parts.keyboard.verifyTotp(accountId, code, caller(press)));
  if (right === 'answered') return;
  if (!right) return tryAgain(press, 'otp_wrong', 401);
  const methods = [{ amr: 'otp', at: epochSeconds(parts.clock) }] as const;
  await advance(parts, ctx, live(await recordProof(parts.store, journey.document, { accountId, methods })));
}

/** The way over the phone: a new QR when the present one is over, used up or declined. */
async function chooseQr({ parts, ctx, journey }: Press): Promise<void> {
  const document = live(await restartQr(parts.store, journey.document.id, parts.clock.now()));
  await advance(parts, ctx, document, { byPhone: true });
}

async function confirmThisIsMe({ parts, ctx, journey }: Press): Promise<void> {
  await advance(parts, ctx, live(await confirmPerson(parts.store, journey.document.id)));
}

async function thisIsNotMe({ parts, ctx, journey }: Press): Promise<void> {
  await advance(parts, ctx, live(await forgetPerson(parts.store, journey.document.id, parts.clock.now())));
}

async function approveConsent({ parts, ctx, journey, form }: Press): Promise<void> {
  const { account, plan, document } = journey;
  if (account === undefined || plan === undefined) throw new DomainError('interaction_expired');
  const language = languageOf(ctx, textParam(document.payload.params, 'ui_locales'));
  await answerConsent(parts, { ...journey, account, plan }, { granted: form.all('grant'), language, method: 'browser' });
  await advance(parts, ctx, document, { consentAnswered: true });
}

const cancel = ({ parts, ctx, journey }: Press): Promise<void> =>
  refuse(parts, ctx, journey.document, 'access_denied', 'the person cancelled');

const cancelUnmet = ({ parts, ctx, journey }: Press): Promise<void> =>
  refuse(parts, ctx, journey.document, 'unmet_authentication_requirements', 'the required level is out of reach for this account');

/** Which button does what on the page of each step. */
const actions: Record<Exclude<Step, 'finish'>, Readonly<Record<string, (press: Press) => Promise<void>>>> = {
  'account-stopped': { cancel },
  'level-missing': { cancel: cancelUnmet },
  identify: { continue: enterPassword, qr: chooseQr, cancel },
  otp: { continue: enterCode, qr: chooseQr, cancel },
  phone: { continue: enterPassword, qr: chooseQr, cancel },
  'confirm-person': { continue: confirmThisIsMe, qr: thisIsNotMe, cancel: thisIsNotMe },
  consent: { approve: approveConsent, cancel },
};

/** Does what was pressed; a button of an earlier page (reload, back, second tab) just shows where the journey stands. */
export async function act(parts: SignInPageParts, ctx: Context, document: InteractionDocument, form: FormFields): Promise<void> {
  if (document.result !== undefined) return advance(parts, ctx, document);
  const journey = await viewJourney(parts, document);
  if (journey === undefined) throw new DomainError('service_unknown');
  const action = journey.step === 'finish' ? undefined : actions[journey.step][form.text('action') || 'continue'];
  if (action === undefined) return advance(parts, ctx, document);
  await action({ parts, ctx, journey, form });
}
