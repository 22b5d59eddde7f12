import type { Account } from '#src/accounts/account.ts';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import { reachHere } from '#src/assurance/reach.ts';
import { mergeMethods, parseMethods } from '#src/assurance/session-methods.ts';
import { isUsable } from '#src/assurance/token-check.ts';
import type { Client } from '#src/clients/client.ts';
import { asSentTo } from '#src/clients/shown-domain.ts';
import { documentsAmong } from '#src/consent/claim-catalogue.ts';
import { requestedClaims } from '#src/consent/claim-request.ts';
import type { ConsentDocument } from '#src/consent/collections.ts';
import { type ConsentPlan, fitsLevel, planConsent } from '#src/consent/consent-plan.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import { standingOf } from '#src/consent/standing.ts';
import type { ReleasedDocuments } from '#src/documents/held-documents.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Assessment, assess } from './assess.ts';
import {
  type AuthorizationParams,
  claimsOf,
  isDataRequest,
  isLinking,
  promptsOf,
  scopesOf,
  textParam,
} from './authorization-request.ts';
import type { InteractionDocument } from './collections.ts';
import { nextStep, type Step } from './next-step.ts';
import type { SignInParts } from './ports.ts';
import { maySignInAt } from './sandbox.ts';
import { withSimulatedLevel } from './simulated-level.ts';

/** Reasons for which everything proven earlier is discarded and asked again (assurance rule 3). */
const reasonsToStartOver: ReadonlySet<string> = new Set(['login_prompt', 'max_age', 'id_token_hint', 'claims_id_token_sub_value']);

/** One authorization request as its pages see it now. */
export interface Journey {
  readonly document: InteractionDocument;
  readonly client: Client;
  readonly account: Account | undefined;
  readonly assessment: Assessment;
  readonly methods: readonly ProvenMethod[];
  /** What they decided about this service before, where that matters already. */
  readonly consent: ConsentDocument | undefined;
  readonly plan: ConsentPlan | undefined;
  readonly step: Step;
  /** What the consent page shows of their documents; undefined on other pages. */
  readonly documents?: ReleasedDocuments | undefined;
}

/** What the same request knows already, and so does not read again. */
export interface Known {
  readonly account?: Account | undefined;
  readonly consent?: ConsentDocument | undefined;
  /** The consent page was just answered. */
  readonly consentAnswered?: boolean | undefined;
  /** Also what was decided before. */
  readonly askAgain?: boolean | undefined;
  /** Seen for a phone: the person has not used the page's browser for a while. */
  readonly isStrangeBrowser?: boolean | undefined;
}

/** A native app's redirect can be caught by another app, so its person sees a page each time. @see RFC 8252, 8.6 */
const isNative = ({ metadata }: Client): boolean => metadata['application_type'] === 'native';

/** What a service asks of this person here, given what they decided before. */
export function consentPlanFor(
  parts: Pick<SignInParts, 'clock' | 'catalogue' | 'verification'>,
  client: Client,
  params: AuthorizationParams,
  account: Account,
  { consent, consentAnswered = false, askAgain = false }: Omit<Known, 'account'>,
): ConsentPlan {
  const scopes = scopesOf(params);
  let opened: ReturnType<Account['person']> | undefined;
  const person = () => {
    opened ??= account.person();
    return opened;
  };
  const plan = planConsent({
    client,
    requested: requestedClaims(parts.catalogue, client, scopes, claimsOf(params), parts.verification.trustFramework),
    standing: standingOf(consent, { client, account, nowMs: parts.clock.now() }),
    purpose: textParam(params, 'purpose'),
    offlineAccess: scopes.has('offline_access'),
    askAgain: askAgain || ((promptsOf(params).has('consent') || isDataRequest(params)) && !consentAnswered),
    pageAnyway: isNative(client) && !consentAnswered,
    // whoever has none is asked too: a service that may show no page would learn by the difference who has an e-mail address or is married
    mayLeave: ({ name }) => fitsLevel(parts.catalogue, name, account.identityLevel),
    person,
  });
  // linking an account of the service is said and confirmed each time
  return isLinking(params) && !consentAnswered ? { ...plan, pageNeeded: true } : plan;
}

/** The documents of a plan as they could leave now. */
export const documentsShown = (
  { catalogue, documents }: Pick<SignInParts, 'catalogue' | 'documents'>,
  { id }: Account,
  plan: ConsentPlan | undefined,
): Promise<ReleasedDocuments> =>
  documents(
    id,
    documentsAmong(
      catalogue,
      [plan?.asked, plan?.informed, plan?.alreadyGranted].flatMap((claims) => claims ?? []),
    ),
  );

/** Methods that count on these pages: those proven here, and the session's unless the request made them start over. */
export function countedMethods(
  { payload, ...progress }: InteractionDocument,
  accountId: string | undefined,
): readonly ProvenMethod[] {
  const here = progress.accountId === accountId ? (progress.methods ?? []) : [];
  const startOver = payload.prompt.reasons.some((reason) => reasonsToStartOver.has(reason));
  const session = !startOver && payload.session?.accountId === accountId ? parseMethods(payload.session?.amr) : [];
  return mergeMethods(session, here);
}

/** After a phone approved in a browser this person never used, the page asks "is this you?" first. */
export const isConfirmationMissing = ({ approval, confirmed }: InteractionDocument): boolean =>
  approval?.browserKnown === false && confirmed !== true;

/** Works out where a journey stands; undefined when its service is gone. */
export async function viewJourney(
  parts: SignInParts,
  document: InteractionDocument,
  seen: Known = {},
): Promise<Journey | undefined> {
  const { payload } = document;
  const service = (await parts.clients.find(textParam(payload.params, 'client_id') ?? ''))?.client;
  if (service === undefined) return undefined;
  const client = asSentTo(service, payload.params['redirect_uri']);
  const ofSession = document.sessionLeft === true ? undefined : payload.session?.accountId;
  const known = (document.accountId ?? ofSession) as AccountId | undefined;
  const found = known === undefined ? undefined : await (seen.account?.id === known ? seen.account : parts.accounts.get(known));
  // a session whose account was locked since counts as none: somebody else may sign in here
  const account = found !== undefined && document.accountId === undefined && !isUsable(found) ? undefined : found;
  const accountId = account?.id;
  const methods = countedMethods(document, accountId);
  const assessed = assess({
    client,
    params: payload.params,
    account,
    reach: account && reachHere(account, parts.deviceMethods, { methods, isStrange: seen.isStrangeBrowser }),
    methods,
    now: epochSeconds(parts.clock),
    provenNow: document.methods !== undefined,
  });
  const assessment = withSimulatedLevel(assessed, { client, account, now: parts.clock.now() });
  const mayUseService = account === undefined || maySignInAt(client, account, parts.idNumberDigest);
  const isAsked = account !== undefined && assessment.isEnough && mayUseService;
  const consent = isAsked ? (seen.consent ?? (await findConsent(parts.store, account.id, client.id))) : undefined;
  const plan = isAsked
    ? consentPlanFor(parts, client, payload.params, account, { consent, consentAnswered: seen.consentAnswered })
    : undefined;
  const step = nextStep({
    account,
    assessment,
    methods,
    confirmationMissing: isConfirmationMissing(document),
    consentPageNeeded: plan?.pageNeeded ?? false,
    mayUseService,
  });
  const documents = step === 'consent' && account !== undefined ? await documentsShown(parts, account, plan) : undefined;
  return { document, client, account, assessment, methods, consent, plan, step, documents };
}
