import { agencies, isAgencyName } from '#config/agencies.ts';
import { accountEventsSince, newestAccountEvents, timeKey } from '#src/accounts/account-events.ts';
import type { AccountEventDocument } from '#src/accounts/collections.ts';
import { isOwnService } from '#src/clients/own-services.ts';
import { type DatedReceipt, listReceipts } from '#src/consent/consent-list.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { answerLines } from './answer-lines.ts';
import type { HistoryRowView } from './pages.ts';
import type { AccountParts } from './parts.ts';
import type { Line, Wording } from './words.ts';

const yearMs = 365.25 * 86_400_000;
const keptMs = 5 * yearMs;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
/** The word for a code; a code of a later version stays as it is. */
const wordFor = (words: Readonly<Record<string, string>>, code: string): string =>
  Object.hasOwn(words, code) ? (words[code] ?? code) : code;

const shownLines = (lines: readonly Line[], { words }: Wording): HistoryRowView['lines'] =>
  lines.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [{ label: words.lines[label], value }]));

/** What a service was let read with a sign-in; of sign-ins before that was written down, nothing is said. */
async function releasedLines({ data }: AccountEventDocument, wording: Wording): Promise<Line[]> {
  const { words, claims, level, language, service } = wording;
  if (typeof data['acr'] !== 'string') return [];
  const { client } = await service(text(data['service']));
  const purpose = client?.policy.purposes.find(({ id }) => id === data['purpose']);
  const [granted, informed] = [texts(data['granted']), texts(data['informed'])];
  return [
    ['granted', granted.length + informed.length === 0 ? words.onlyIdentifier : claims(granted)],
    ['informed', claims(informed)],
    ['purpose', purpose?.[language] ?? text(data['purpose'])],
    ['level', level(data['acr'])],
  ];
}

const agencyName = (id: string, { language }: Wording): string => (isAgencyName(id) ? agencies[id][language] : id);

/** What is said of each kind beside its sentence. */
async function linesOf(parts: AccountParts, event: AccountEventDocument, wording: Wording): Promise<Line[]> {
  const { words, moment, claims } = wording;
  const { type, data } = event;
  const by = wordFor(words.by, text(data['by']));
  const reason: Line = ['reason', text(data['reason'])];
  switch (type) {
    case 'signed-in':
      return [
        ['browser', text(data['browser']) || words.unknownBrowser],
        ['network', text(data['network'])],
        ...(await releasedLines(event, wording)),
      ];
    case 'service-answered':
      return answerLines(parts, event, wording);
    case 'looked-up':
      return [['what', wordFor(words.lookedUp, text(data['what']))], reason];
    case 'locked':
      return [
        ['reason', wordFor(words.grounds, text(data['ground']))],
        ['by', by],
      ];
    case 'service-paused':
      return [['until', moment(Date.parse(text(data['until'])))]];
    case 'consent-withdrawn':
      return [['what', data['claim'] === undefined ? words.wholeService : claims([text(data['claim'])])], ['by', by], reason];
    case 'document-requested':
    case 'document-checked':
    case 'document-cancelled':
      return [
        ['agency', agencyName(text(data['agency']), wording)],
        ['answer', wordFor(words.documentStates, text(data['state']))],
      ];
    case 'session-ended':
      return [['network', text(data['network'])]];
    case 'account-unlinked':
      return [['by', by]];
    default:
      return [reason];
  }
}

function titleOf({ type, data }: AccountEventDocument, { words }: Wording): string {
  if (type === 'signed-in' && texts(data['amr']).length === 0) return words.entered;
  return Object.hasOwn(words.events, type) ? words.events[type as keyof typeof words.events] : words.eventOther;
}

async function eventRow(
  parts: AccountParts,
  event: AccountEventDocument,
  reported: ReadonlySet<unknown>,
  wording: Wording,
): Promise<HistoryRowView> {
  const { words, moment, service, claims } = wording;
  const { id, at, type, data } = event;
  const isSignIn = type === 'signed-in';
  return {
    number: id,
    at: moment(at),
    title: titleOf(event, wording),
    values: {
      service: (await service(text(data['service'] ?? data['client']))).name,
      device: text(data['name']),
      before: text(data['before']),
      reference: text(data['reference']),
      document: claims([text(data['document'])]),
      role: wordFor(words.roles, text(data['role'])),
      browser: text(data['browser']) || words.unknownBrowser,
    },
    lines: shownLines(await linesOf(parts, event, wording), wording),
    warning: isSignIn && data['isNewBrowser'] === true && !reported.has(id) ? words.newBrowser : undefined,
    notMeUrl: isSignIn && !reported.has(id) ? `/account/history/${encodeURIComponent(id)}/not-me` : undefined,
    isReported: isSignIn && reported.has(id),
  };
}

async function receiptRow({ clientId, id, receipt, words: shown }: DatedReceipt, wording: Wording): Promise<HistoryRowView> {
  const { words, moment, claims, language, service } = wording;
  return {
    number: id,
    at: moment(receipt.at),
    title: words.consentGiven,
    values: { service: shown?.service[language] ?? (await service(clientId)).name },
    lines: shownLines(
      [
        ['granted', receipt.granted.length + receipt.informed.length === 0 ? words.onlyIdentifier : claims(receipt.granted)],
        ['refused', claims(receipt.refused)],
        ['informed', claims(receipt.informed)],
        ['purpose', shown?.purpose[language] ?? receipt.purpose],
        ['where', words.methods[receipt.method]],
      ],
      wording,
    ),
  };
}

interface Dated {
  /** Sorts by time. */
  readonly key: string;
  readonly row: () => Promise<HistoryRowView>;
}

/** A place in the history as it stands in an address. */
const isPlace = (place: string | undefined): place is string => place !== undefined && /^[0-9a-z]{9}-[\w-]{1,80}$/.test(place);

/** Some rows of a person's history, newest first, and where the next ones begin. */
export async function historyRows(
  parts: AccountParts,
  { session: { account } }: AreaRequest,
  wording: Wording,
  { before, count }: { readonly before?: string | undefined; readonly count: number },
): Promise<{ readonly rows: readonly HistoryRowView[]; readonly next: string | undefined }> {
  const { store, clock } = parts;
  const nowMs = clock.now() + 1000;
  const place = isPlace(before) ? before : undefined;
  const range = { before: place, count: count + 1, sinceMs: nowMs - keptMs, nowMs };
  const [events, receipts] = await Promise.all([newestAccountEvents(store, account.id, range), listReceipts(parts, account)]);
  const oldest = events.at(-1)?.at ?? nowMs;
  const later = await accountEventsSince(store, account.id, Math.min(oldest, nowMs) - 60_000);
  const reported = new Set(later.filter(({ type }) => type === 'reported').map(({ data }) => data['signIn']));
  const dated: Dated[] = [
    ...events.map((event) => ({ key: event.id, row: () => eventRow(parts, event, reported, wording) })),
    ...receipts
      .filter(({ clientId }) => !isOwnService(clientId))
      .map((receipt) => ({ key: `${timeKey(receipt.receipt.at)}-${receipt.id}`, row: () => receiptRow(receipt, wording) })),
  ]
    .filter(({ key }) => place === undefined || key < place)
    .sort((one, other) => (one.key < other.key ? 1 : -1));
  const shown = dated.slice(0, count);
  return {
    rows: await Promise.all(shown.map(({ row }) => row())),
    next: dated.length > count ? shown.at(-1)?.key : undefined,
  };
}
