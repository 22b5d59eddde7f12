import type { Account } from '#src/accounts/account.ts';
import { accountEventsSince } from '#src/accounts/account-events.ts';
import { accounts } from '#src/accounts/collections.ts';
import { signedDecisions } from '#src/approvals/collections.ts';
import { openPayload } from '#src/approvals/sealed-payload.ts';
import { listAreaSessions } from '#src/area-sessions/area-sessions.ts';
import { findListed, listConsents, readReceipts } from '#src/consent/consent-list.ts';
import { listFeedback } from '#src/feedback/give-feedback.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Store } from '#src/kernel/store.ts';
import { listLinks } from '#src/links/end-link.ts';
import { listAccountSessions } from '#src/oidc/account-sessions.ts';
import { listPasskeys } from '#src/passkeys/held-passkeys.ts';
import { knownBrowsers } from '#src/sign-in/collections.ts';
import { rolesOf } from '#src/staff/staff-roles.ts';
import { consentJson, receiptJson } from '../device-api/consents.ts';
import { readDocuments } from '../device-api/documents.ts';
import type { AccountParts } from './parts.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const pageLength = 500;

/** Everything of a collection that one person's index lists. */
async function allOf<Doc extends { readonly id: string }>(
  read: (page: { limit: number; after?: string }) => Promise<Doc[]>,
): Promise<Doc[]> {
  const all: Doc[] = [];
  for (let after: string | undefined; ; ) {
    const page = await read({ limit: pageLength, ...(after === undefined ? {} : { after }) });
    all.push(...page);
    after = page.at(-1)?.id;
    if (page.length < pageLength) return all;
  }
}

async function accountMembers(store: Store, account: Account) {
  const document = await store.get(accounts, account.id);
  const { id, kind, identityLevel, lock, authenticators, evidence } = account;
  return {
    account: {
      id,
      kind,
      identity_level: identityLevel,
      state: lock === undefined ? 'active' : 'locked',
      lock: lock ?? null,
      created_at: document === undefined ? null : iso(document.createdAt),
      signs_in_with: {
        password: authenticators.password,
        code_generator: authenticators.totp,
        phones: authenticators.devices,
        passkeys: authenticators.passkeys ?? 0,
      },
      roles: await rolesOf(store, id),
    },
    person: account.person(),
    evidence: evidence ?? null,
  };
}

async function deviceMembers({ devices }: AccountParts, accountId: AccountId) {
  return (await devices.list(accountId)).map((device) => ({
    id: device.id,
    name: device.name,
    platform: device.platform,
    attestation: device.attestation.class,
    device_key: device.deviceKey,
    approval_key: device.approvalKey,
    enrolled_at: iso(device.enrolledAt),
    last_used_at: iso(device.lastUsedAt ?? device.enrolledAt),
    waiting_until: device.waitingUntil === undefined ? null : iso(device.waitingUntil),
  }));
}

async function passkeyMembers({ store }: AccountParts, accountId: AccountId) {
  return (await listPasskeys({ store }, accountId)).map(({ id, name, publicKey, isSynced, addedAt, usedAt }) => ({
    id,
    name,
    public_key: publicKey,
    synced: isSynced,
    added_at: iso(addedAt),
    last_used_at: usedAt === undefined ? null : iso(usedAt),
  }));
}

async function consentMembers(parts: AccountParts, account: Account) {
  return Promise.all(
    (await listConsents(parts, account)).map(async (listed) => {
      const { consent, purpose } = await findListed(parts, account, listed.id);
      return { ...consentJson(listed), is_open: listed.isOpen, receipts: readReceipts(consent, purpose).map(receiptJson) };
    }),
  );
}

async function linkMembers(parts: AccountParts, accountId: AccountId) {
  return (await listLinks(parts, accountId)).map(({ id, clientId, clientName, label, linkedAt }) => ({
    id,
    client_id: clientId,
    client_name: clientName,
    account: label,
    linked_at: iso(linkedAt),
  }));
}

async function decisionMembers({ store, sealing }: AccountParts, accountId: AccountId) {
  const kept = await allOf((page) => store.find(signedDecisions, 'account', accountId, page));
  return kept.map((each) => {
    const payload = openPayload(sealing, each);
    const { timeStamp } = each;
    return {
      id: each.id,
      kind: each.kind,
      client_id: each.clientId,
      device: each.deviceId,
      at: iso(each.at),
      shown: JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown,
      payload,
      decision: each.decision,
      approval_key: each.approvalKey,
      time_stamp: timeStamp === undefined ? null : { ...timeStamp, at: iso(timeStamp.at) },
    };
  });
}

async function browserMembers({ store }: AccountParts, account: Account) {
  const [signedIn, areas, known] = await Promise.all([
    listAccountSessions(store, account),
    listAreaSessions(store, account.id),
    allOf((page) => store.find(knownBrowsers, 'account', account.id, page)),
  ]);
  return {
    signed_in: signedIn.map(({ browser, network, at, clientIds }) => ({ browser, network, at: iso(at), services: clientIds })),
    senid_pages: areas.map(({ area, from, startedAt, seenAt, acr }) => ({
      area,
      browser: from?.browser ?? '',
      network: from?.network ?? '',
      started_at: iso(startedAt),
      seen_at: iso(seenAt),
      acr,
    })),
    known: known.map(({ since, lastUsedAt }) => ({ since: iso(since), last_used_at: iso(lastUsedAt) })),
  };
}

/** Everything that is kept of a person, but for what proves them and nobody can read (docs/my-data.md). */
export async function myData(parts: AccountParts, account: Account) {
  const { store, clock, issuer } = parts;
  const [members, feedback, documents, phones, passkeys, consents, links, decisions, browsers, events] = await Promise.all([
    accountMembers(store, account),
    listFeedback(parts, account.id),
    readDocuments(parts.documents, account),
    deviceMembers(parts, account.id),
    passkeyMembers(parts, account.id),
    consentMembers(parts, account),
    linkMembers(parts, account.id),
    decisionMembers(parts, account.id),
    browserMembers(parts, account),
    accountEventsSince(store, account.id, 0),
  ]);
  return {
    format: 'senid-my-data/1',
    issuer,
    made_at: iso(clock.now()),
    ...members,
    feedback: feedback.map(({ at, answeredAt, ...message }) => ({
      ...message,
      at: iso(at),
      answered_at: answeredAt === undefined ? null : iso(answeredAt),
    })),
    documents,
    phones,
    passkeys,
    consents,
    links,
    signed_decisions: decisions,
    browsers,
    history: events.map(({ id, at, type, data }) => ({ number: id, at: iso(at), type, data })),
  };
}
