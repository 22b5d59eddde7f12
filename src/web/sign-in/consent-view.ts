import type { Account } from '#src/accounts/account.ts';
import { untilOf } from '#src/backchannel/authorization-details.ts';
import type { ShownWords } from '#src/consent/collections.ts';
import type { ConsentPlan } from '#src/consent/consent-plan.ts';
import { questionDigest, shownWords } from '#src/consent/shown-words.ts';
import type { Language } from '#src/kernel/identifier.ts';
import type { LinkOffer } from '#src/links/confirm-link.ts';
import type { Journey } from '#src/sign-in/journey.ts';
import type { ClaimRow, PageModels } from '../pages.ts';
import { en } from '../texts/en.ts';
import { momentIn } from '../texts/moment.ts';
import { vi } from '../texts/vi.ts';
import { claimRows } from './claim-rows.ts';
import { levelWords } from './level-words.ts';
import type { SignInPageParts } from './parts.ts';

type ConsentModel = Omit<PageModels['consent'], 'service' | 'form'>;

/** A consent page's content, and what of it a receipt keeps. */
export interface ConsentView {
  readonly model: ConsentModel;
  readonly words: ShownWords;
  readonly language: Language;
}

const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{([a-z]+)\}/g, (place, name: string) => values[name] ?? place);

/** The sentences of `views/pages/consent.eta` from top to bottom, with claims by what they are called and never by what they hold. */
function sentencesOf(model: Omit<ConsentModel, 'shown'>, service: string, language: Language): string[] {
  const t = { vi, en }[language];
  const { asked, informed, alreadyGranted } = model;
  const asks = asked.length > 0;
  const informs = informed.length > 0;
  const called = ({ label, verified }: ClaimRow): string => (verified ? `${label} ✓ ${t.consentVerified}` : label);
  const purpose = (row: ClaimRow): string => `${called(row)} (${t.consentPurpose}: ${row.purpose})`;
  const basis = (row: ClaimRow): string => (row.legalBasis === undefined ? '' : ` ${t.consentBasis}: ${row.legalBasis}`);
  return [
    filled(asks ? t.consentAskTitle : informs ? t.consentInformTitle : t.consentNothingTitle, { service }),
    ...(model.link === undefined
      ? []
      : [
          filled(t.consentLink, { service, account: '…' }),
          ...(model.link.replaces === undefined ? [] : [filled(t.consentLinkReplaces, { account: '…' })]),
        ]),
    asks ? t.consentAskLead : informs ? t.consentInformLead : t.consentNothingLead,
    ...asked.map((row) => `[ ] ${purpose(row)}${row.essential ? ` · ${t.consentNeeded}` : ''}`),
    ...(asked.some(({ essential }) => essential) ? [t.consentNeededWhy] : []),
    ...(asks ? [t.consentNotTicked] : []),
    ...(asks && informs ? [t.consentByLaw] : []),
    ...informed.map((row) => `${purpose(row)}${basis(row)}`),
    ...(alreadyGranted.length > 0 ? [t.consentAlready] : []),
    ...alreadyGranted.map(purpose),
    ...(model.offlineAccess ? [t.consentOffline] : []),
    ...(model.until === undefined ? [] : [filled(t.consentUntil, { until: model.until })]),
    ...([...asked, ...informed].some(({ verified }) => verified) ? [t.consentVerifiedWith] : []),
    filled(t.consentLevel, { level: model.level }),
  ];
}

/** What the consent page of a journey says. The same for showing it and for taking its answer, so that both can be compared. */
export function consentView(
  parts: Pick<SignInPageParts, 'catalogue' | 'clock' | 'valueDigest'>,
  journey: Journey & { account: Account; plan: ConsentPlan },
  link: LinkOffer | undefined,
  language: Language,
): ConsentView {
  const { client, plan, account, assessment, document } = journey;
  const reading = { now: parts.clock.now(), digest: parts.valueDigest, documents: journey.documents };
  const rows = { catalogue: parts.catalogue, client, plan, person: account.person(), language, reading };
  const addressOf = (name: string): string | undefined =>
    (client.metadata[`${name}#${language}`] ?? client.metadata[name]) as string | undefined;
  const until = untilOf(document.payload.params);
  const said = {
    asked: claimRows(rows, plan.asked),
    informed: claimRows(rows, plan.informed),
    alreadyGranted: claimRows(rows, plan.alreadyGranted),
    offlineAccess: plan.offlineAccess,
    until: until === undefined ? undefined : momentIn(language, until),
    link,
    level: assessment.reached === undefined ? '' : levelWords(assessment.reached.level, language),
    privacyUrl: addressOf('policy_uri'),
    termsUrl: addressOf('tos_uri'),
  };
  const words = shownWords(client, plan, sentencesOf(said, client.name[language], language));
  return { model: { ...said, shown: questionDigest(plan, words, [link?.label, link?.replaces]) }, words, language };
}

/** The page that a form says it stood on, in whatever language; undefined when that is not what would be asked now. */
export const shownConsentView = (
  parts: Pick<SignInPageParts, 'catalogue' | 'clock' | 'valueDigest'>,
  journey: Journey & { account: Account; plan: ConsentPlan },
  link: LinkOffer | undefined,
  shown: string,
): ConsentView | undefined =>
  (['vi', 'en'] as const).map((language) => consentView(parts, journey, link, language)).find(({ model }) => model.shown === shown);
