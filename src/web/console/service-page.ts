import { parseAcr } from '#src/assurance/level.ts';
import { isOnePair } from '#src/clients/actor.ts';
import type { HistoryEntry, MemberChange } from '#src/clients/history.ts';
import type { ServiceStanding } from '#src/clients/shown-registration.ts';
import { maySay, transitions } from '#src/clients/states.ts';
import type { Language } from '#src/kernel/identifier.ts';
import { languageOf } from '../language.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { levelWords } from '../sign-in/level-words.ts';
import { claimLabel } from '../texts/claims.ts';
import { consoleEn } from '../texts/console-en.ts';
import { type ConsoleTexts, consoleVi } from '../texts/console-vi.ts';
import { momentIn } from '../texts/moment.ts';
import { serviceUrl } from './list-page.ts';
import { type Member, manages, namesOf, requireService } from './member.ts';
import type { ChangeRow, DeedView, ProblemView, RegistrationView, ServiceView } from './pages.ts';
import type { ConsoleParts } from './parts.ts';
import { saidView } from './said.ts';

export const wordsIn = (language: Language): ConsoleTexts => (language === 'vi' ? consoleVi : consoleEn);

type Registered = Readonly<Record<string, unknown>>;

export const acrWords = (acr: string, language: Language): string => {
  const level = parseAcr(acr);
  return level === undefined ? acr : levelWords(level, language);
};

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** A registration in words, and whole. */
function registrationView(registered: Registered, language: Language): RegistrationView {
  const name = registered[`client_name#${language}`] ?? registered['client_name'];
  const purposes = (registered['purposes'] ?? []) as readonly { readonly vi: string; readonly en: string }[];
  return {
    name: String(name),
    redirects: texts(registered['redirect_uris']),
    kind: String(registered['class']),
    level: acrWords(String(registered['min_acr']), language),
    purposes: purposes.map((purpose) => purpose[language]),
    claims: texts(registered['allowed_claims']).map((claim) => claimLabel(claim, language)),
    json: JSON.stringify(registered, undefined, 2),
  };
}

const shown = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value, undefined, 1);

const changeRow = ({ member, before, after }: MemberChange): ChangeRow => ({
  member,
  before: shown(before),
  after: shown(after),
});

/** What a page shows besides the service: what was typed on one that was refused. */
export interface ServiceShowing {
  readonly status?: number;
  readonly problem?: ProblemView;
  readonly typed?: Partial<ServiceView['typed']> & { readonly verb?: string; readonly reason?: string };
  readonly wrong?: ServiceView['wrong'] & { readonly reasonOf?: string };
}

/** The steps that this person could take from where the service stands. */
function deedsOf(member: Member, standing: ServiceStanding, { typed, wrong }: ServiceShowing): DeedView[] {
  const { state, waiting } = standing;
  const { actor } = member;
  return transitions.flatMap((each): DeedView[] => {
    const { verb, from, by } = each;
    if (verb === 'change') return [];
    const at = verb === 'suspend' || verb === 'resume' ? state : (waiting?.stage ?? state);
    const isTheirs = by === 'manager' ? manages(member, standing) : maySay(actor, by);
    if (!isTheirs || !(from as readonly string[]).includes(at)) return [];
    const isOwnHand = 'fourEyes' in each && (waiting?.hands ?? []).some((hand) => isOnePair(hand, actor.id));
    return [
      {
        verb,
        needsReason: 'needsReason' in each,
        isOwnHand,
        typedReason: typed?.verb === verb ? (typed.reason ?? '') : '',
        reasonMissing: wrong?.reasonOf === verb,
      },
    ];
  });
}

const latestShown = 30;

function historyView(
  entries: readonly HistoryEntry[],
  nameOf: (actor: string) => string,
  language: Language,
): ServiceView['history'] {
  const actions: Readonly<Record<string, string>> = wordsIn(language).actions;
  return entries
    .slice(-latestShown)
    .reverse()
    .map(({ action, at, by, via, reason, approval, changes }) => ({
      action: Object.hasOwn(actions, action) ? String(actions[action]) : action,
      at: momentIn(language, at),
      who: nameOf(by),
      via,
      reason: reason ?? approval,
      changes: changes.map(changeRow),
    }));
}

/** A service with all that is known of it. @throws {DomainError} `client_not_found` */
export async function showService(
  parts: ConsoleParts,
  request: AreaRequest,
  member: Member,
  id: string,
  showing: ServiceShowing = {},
): Promise<void> {
  const { registry } = parts;
  const standing = await requireService(parts, member, id);
  const said = saidView(request);
  const { state, waiting, suspension } = standing;
  const language = languageOf(request.ctx);
  const isLive = state !== 'draft' && state !== 'review';
  const [works, waits, compared, entries, secrets, testers] = await Promise.all([
    isLive ? registry.show(id) : undefined,
    waiting && registry.show(id, 'waiting'),
    waiting && registry.compare(id),
    registry.history(id),
    registry.secrets(id),
    isLive ? registry.testers(id) : [],
  ]);
  const actors = [
    ...entries.map(({ by }) => by),
    ...standing.managers,
    ...(waiting?.hands ?? []),
    ...[suspension, waiting?.refusal].flatMap((stopped) => stopped?.by ?? []),
  ];
  const nameOf = await namesOf(parts, member, actors, wordsIn(language));
  const stopped = (one: typeof suspension) => one && { who: nameOf(one.by), reason: one.reason ?? '–' };
  const worksView = works && registrationView(works, language);
  const waitsView = waits && registrationView(waits, language);
  const { verb: _v, reason: _r, ...typed } = showing.typed ?? {};
  const { reasonOf: _o, ...wrong } = showing.wrong ?? {};
  sendPage(
    request.ctx,
    parts.renderer,
    'console-service',
    {
      me: member.view,
      said,
      problem: showing.problem,
      id,
      name: worksView?.name ?? waitsView?.name ?? id,
      url: serviceUrl(id),
      version: standing.version,
      state,
      suspension: state === 'suspended' ? stopped(suspension) : undefined,
      works: worksView,
      waits: waiting &&
        waitsView && {
          ...waitsView,
          stage: waiting.stage,
          target: waiting.target,
          hands: waiting.hands.map(nameOf).join(', '),
          refusal: stopped(waiting.refusal),
          changes: (compared?.changes ?? []).map(changeRow),
          // who else there is is not for a manager
          shares: maySay(member.actor, 'reviewer') ? (compared?.sharesSectorWith ?? []).join(', ') : '',
        },
      deeds: deedsOf(member, standing, showing),
      mayManage: manages(member, standing),
      isSandbox: state === 'sandbox',
      managers: standing.managers.map(nameOf),
      secrets: secrets.map(({ secret_id: secret, created_at: made, expires_at: ends, state: at }) => ({
        id: secret,
        made: momentIn(language, made),
        ends: ends === undefined ? undefined : momentIn(language, ends),
        isOver: at === 'expired',
      })),
      testers: testers.map(({ tester_id: tester, label }) => ({ id: tester, label })),
      history: historyView(entries, nameOf, language),
      typed: { days: '', label: '', idNumber: '', ...typed },
      wrong,
    },
    { status: showing.status ?? 200, shownOnce: said.secret !== undefined },
  );
}
