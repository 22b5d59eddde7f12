import { accountEvents, accounts, credentials, reservations, wrongEntries } from '#src/accounts/collections.ts';
import { approvals, signedDecisions } from '#src/approvals/collections.ts';
import { areaSessions } from '#src/area-sessions/collections.ts';
import { askedRequests } from '#src/backchannel/collections.ts';
import { leases } from '#src/background/collections.ts';
import { clientHistory, clients, waitingVersions } from '#src/clients/collections.ts';
import { consents, matchGuesses } from '#src/consent/collections.ts';
import { deviceLists, devices, enrolmentCodes } from '#src/devices/collections.ts';
import { documentAsks, documents } from '#src/documents/collections.ts';
import { feedback } from '#src/feedback/collections.ts';
import type { Collection } from '#src/kernel/store.ts';
import { linkReferences, linkRequests, links } from '#src/links/collections.ts';
import { grants, replays, sessions, signingKeys, tokens } from '#src/oidc/collections.ts';
import { outbox } from '#src/outbox/collections.ts';
import { passkeys, usedChallenges } from '#src/passkeys/collections.ts';
import { daySums } from '#src/payments/collections.ts';
import { interactions, knownBrowsers } from '#src/sign-in/collections.ts';
import { staff } from '#src/staff/collections.ts';
import { installations } from './installation.ts';
import { migrations } from './migrations/collections.ts';

/** Every collection there is: engines make tables and indexes from this list and from nothing else. */
export const allCollections = [
  installations,
  accounts,
  credentials,
  reservations,
  accountEvents,
  wrongEntries,
  clients,
  waitingVersions,
  clientHistory,
  devices,
  deviceLists,
  enrolmentCodes,
  passkeys,
  usedChallenges,
  approvals,
  signedDecisions,
  askedRequests,
  daySums,
  consents,
  matchGuesses,
  documents,
  documentAsks,
  interactions,
  knownBrowsers,
  tokens,
  grants,
  sessions,
  replays,
  signingKeys,
  leases,
  outbox,
  linkRequests,
  links,
  linkReferences,
  staff,
  feedback,
  areaSessions,
  migrations,
] as unknown as readonly Collection<never, string>[];
