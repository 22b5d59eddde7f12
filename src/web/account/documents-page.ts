import { agencies } from '#config/agencies.ts';
import { cancelDocument } from '#src/documents/cancel-document.ts';
import { documentNames, isDocumentType } from '#src/documents/document-types.ts';
import { type HeldDocument, listDocuments } from '#src/documents/held-documents.ts';
import { requestDocument } from '#src/documents/request-document.ts';
import { catalogue, isErrorCode } from '#src/errors/catalogue.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AreaRequest } from '../own-service/area.ts';
import { sendPage } from '../page-response.ts';
import { documentInWords, documentReasons, documentState } from '../texts/documents.ts';
import type { DocumentView } from './pages.ts';
import type { AccountParts } from './parts.ts';
import { saidOf, say } from './said.ts';
import { ownerView, type Wording, wordingOf } from './words.ts';

const url = '/account/documents';

function documentView(document: HeldDocument, { language, claims, moment }: Wording): DocumentView {
  const { type, agency, state, reason, number, record, requestedAt } = document;
  return {
    name: claims([type]),
    state: documentState(state, language),
    isVerified: state === 'verified',
    agency: agencies[agency][language],
    lines: documentInWords({ number, ...record }, language).split('\n'),
    reason: reason === undefined ? undefined : documentReasons[reason][language],
    asked: moment(requestedAt),
    type,
    number,
    removeUrl: `${url}/${type}/removal`,
  };
}

/** What was typed, and why it was not taken. */
interface Trouble {
  readonly words: string;
  readonly type: string;
  readonly number: string;
}

export async function showDocuments(parts: AccountParts, request: AreaRequest, trouble?: Trouble): Promise<void> {
  const wording = wordingOf(parts, request);
  const { account } = request.session;
  const held = await listDocuments(parts.documents, account);
  const model = {
    me: ownerView(request),
    said: saidOf(request),
    documents: held.map((document) => documentView(document, wording)),
    // what a person of level 1 may not ask for is not offered
    types: account.identityLevel < 2 ? [] : documentNames.map((type) => ({ type, name: wording.claims([type]) })),
    trouble,
  };
  sendPage(request.ctx, parts.renderer, 'account-documents', model, { status: trouble === undefined ? 200 : 422 });
}

/** Asks the managing agency; a refusal keeps what was typed. */
export async function takeDocument(parts: AccountParts, request: AreaRequest): Promise<void> {
  const [type, number] = [request.fields.text('type'), request.fields.text('number').trim()];
  const { claims, language } = wordingOf(parts, request);
  try {
    await requestDocument(parts.documents, request.session.account, { type, number }, 'self');
  } catch (refusal) {
    if (!(refusal instanceof DomainError && isErrorCode(refusal.code))) throw refusal;
    const { title, nextStep } = catalogue[refusal.code];
    return showDocuments(parts, request, { words: `${title[language]}. ${nextStep[language]}`, type, number });
  }
  await request.goTo(url, say('document-asked', { document: claims([type]) }));
}

/** @throws {DomainError} `document_not_found` */
export async function takeDocumentRemoval(parts: AccountParts, request: AreaRequest, type: string): Promise<void> {
  await cancelDocument(parts.documents, request.session.account, type, 'self');
  const name = isDocumentType(type) ? wordingOf(parts, request).claims([type]) : type;
  await request.goTo(url, say('document-removed', { document: name }));
}
