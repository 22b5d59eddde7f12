import type { Context } from 'koa';
import { maskedName } from '#src/accounts/account.ts';
import type { ApprovalStatus } from '#src/approvals/approvals.ts';
import { reachOf } from '#src/assurance/reach.ts';
import type { Language } from '#src/kernel/identifier.ts';
import type { LinkOffer } from '#src/links/confirm-link.ts';
import { askForPasskey } from '#src/passkeys/prove-passkey.ts';
import { textParam } from '#src/sign-in/authorization-request.ts';
import { openHints } from '#src/sign-in/hints.ts';
import type { Journey } from '#src/sign-in/journey.ts';
import type { Step } from '#src/sign-in/next-step.ts';
import { languageOf } from '../language.ts';
import { formOrigin } from '../middleware/security-headers.ts';
import { type PageOptions, sendPage } from '../page-response.ts';
import type { EntryProblem, PageModels } from '../pages.ts';
import { consentView } from './consent-view.ts';
import { levelWords } from './level-words.ts';
import type { SignInPageParts } from './parts.ts';
import { qrView } from './qr-page.ts';

/** What a page is shown with besides the journey itself. */
export interface Showing {
  readonly approval?: ApprovalStatus | undefined;
  readonly problem?: EntryProblem | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly typedIdNumber?: string | undefined;
  readonly status?: number;
  /** The account of the service that the consent page is to name. */
  readonly link?: LinkOffer | undefined;
  /** The consent page was answered, but no longer says what was on the screen. */
  readonly hasChanged?: boolean;
  /** The QR was asked for instead of the code. */
  readonly byPhone?: boolean;
}

interface View extends Showing {
  readonly parts: SignInPageParts;
  readonly ctx: Context;
  readonly journey: Journey;
  readonly language: Language;
  readonly options: PageOptions;
  readonly frame: { readonly service: PageModels['otp']['service']; readonly form: PageModels['otp']['form'] };
}

const requiredWords = ({ journey: { assessment }, language }: View): string => {
  const { requirement } = assessment;
  return levelWords(requirement.outcome === 'reachable' ? requirement.required : requirement.needed, language);
};

function showSignIn(view: View): void {
  const { parts, ctx, journey, options, frame } = view;
  const { document, account } = journey;
  // the password is proven and no code generator is enrolled: nothing but the phone is left
  const onlyPhone = journey.step === 'phone' && journey.methods.some(({ amr }) => amr === 'pwd');
  sendPage(
    ctx,
    parts.renderer,
    'sign-in',
    {
      ...frame,
      idNumber: view.typedIdNumber ?? textParam(openHints(parts.sealing, document), 'login_hint') ?? '',
      problem: view.problem,
      retryAfterSeconds: view.retryAfterSeconds,
      qr: qrView(parts, document),
      qrOnly: onlyPhone || (view.byPhone === true && view.problem === undefined),
      otherWayUrl: onlyPhone ? undefined : `/interaction/${document.id}`,
      passkey: account === undefined || (account.authenticators.passkeys ?? 0) > 0 ? askForPasskey(parts, document.id) : undefined,
      knownAs: account && maskedName(account.person().name),
      level: requiredWords(view),
    },
    options,
  );
}

function showWaiting(view: View, approval: ApprovalStatus): void {
  const { parts, ctx, options, frame, journey } = view;
  const state =
    approval.state === 'denied'
      ? approval.deniedBy === 'wrong-number'
        ? 'number-wrong'
        : 'denied'
      : approval.state === 'expired'
        ? 'expired'
        : 'seen';
  const secondsLeft = Math.max(0, Math.ceil((approval.expiresAt - parts.clock.now()) / 1000));
  sendPage(
    ctx,
    parts.renderer,
    'approval-waiting',
    {
      ...frame,
      state,
      number: state === 'seen' ? approval.number : undefined,
      secondsLeft,
      eventsUrl: `/interaction/${journey.document.id}/events`,
    },
    options,
  );
}

function showOtp(view: View): void {
  const { parts, ctx, options, frame, problem, retryAfterSeconds } = view;
  sendPage(ctx, parts.renderer, 'otp', { ...frame, problem, retryAfterSeconds }, options);
}

function showConfirmPerson({ parts, ctx, journey, options, frame }: View): void {
  const name = journey.account === undefined ? '' : maskedName(journey.account.person().name);
  sendPage(ctx, parts.renderer, 'confirm-person', { ...frame, maskedName: name }, options);
}

function showConsent(view: View): void {
  const { parts, ctx, journey, options, frame, language } = view;
  const { plan, account } = journey;
  if (plan === undefined || account === undefined) throw new TypeError('consent is asked of a person who signed in');
  const { model } = consentView(parts, { ...journey, plan, account }, view.link, language);
  sendPage(ctx, parts.renderer, 'consent', { ...frame, ...model, hasChanged: view.hasChanged }, options);
}

function showLevelMissing(view: View): void {
  const { parts, ctx, journey, options, frame, language } = view;
  const { account, assessment } = journey;
  const needed = assessment.requirement.outcome === 'unmet' ? assessment.requirement.needed : undefined;
  const reach = account && reachOf(account, parts.deviceMethods);
  const missing =
    reach === undefined || needed === undefined
      ? 'not-possible'
      : reach.identity < needed.identity
        ? 'identity-level'
        : 'authenticator';
  const has = reach === undefined ? '' : levelWords(reach, language);
  sendPage(ctx, parts.renderer, 'level-missing', { ...frame, missing, needed: requiredWords(view), has }, options);
}

function showAccountStopped({ parts, ctx, frame, options }: View): void {
  sendPage(ctx, parts.renderer, 'account-stopped', frame, options);
}

function showNotATester({ parts, ctx, frame, options }: View): void {
  sendPage(ctx, parts.renderer, 'not-a-tester', frame, options);
}

/** The page of each step. */
const pages: Record<Exclude<Step, 'finish'>, (view: View) => void> = {
  'account-stopped': showAccountStopped,
  'not-a-tester': showNotATester,
  'level-missing': showLevelMissing,
  identify: showSignIn,
  otp: showOtp,
  phone: showSignIn,
  'confirm-person': showConfirmPerson,
  consent: showConsent,
};

const showsApproval = (approval: ApprovalStatus | undefined): approval is ApprovalStatus =>
  approval !== undefined && approval.state !== 'used' && approval.state !== 'approved';

/** Answers with the page of the journey's next step, or with the phone's state while one is being asked. */
export function showStep(parts: SignInPageParts, ctx: Context, journey: Journey, showing: Showing = {}): void {
  const { document, client, step } = journey;
  if (step === 'finish') throw new TypeError('a finished journey has no page');
  const language = languageOf(ctx, textParam(document.payload.params, 'ui_locales'));
  const service = { name: client.name[language], domain: client.domain, logoUrl: undefined };
  const form = { action: `/interaction/${document.id}`, csrf: parts.forms.issue(document.id) };
  const options: PageOptions = {
    status: showing.status ?? 200,
    language,
    serviceName: service.name,
    formOrigins: formOrigin(document.payload.params['redirect_uri']),
  };
  const view: View = { ...showing, parts, ctx, journey, language, options, frame: { service, form } };
  const asksPhone = step === 'identify' || step === 'phone' || step === 'otp';
  if (asksPhone && showing.problem === undefined && showsApproval(showing.approval)) return showWaiting(view, showing.approval);
  if (step === 'otp' && showing.byPhone === true) return showSignIn(view);
  pages[step](view);
}
