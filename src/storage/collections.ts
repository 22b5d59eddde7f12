import { accountEvents, accounts, credentials, reservations, wrongEntries } from '#src/accounts/collections.ts';
import { approvals } from '#src/approvals/collections.ts';
import { leases } from '#src/background/collections.ts';
import { clientHistory, clients, waitingVersions } from '#src/clients/collections.ts';
import { consents } from '#src/consent/collections.ts';
import { deviceLists, devices, enrolmentCodes } from '#src/devices/collections.ts';
import type { Collection } from '#src/kernel/store.ts';
import { grants, replays, sessions, signingKeys, tokens } from '#src/oidc/collections.ts';
import { interactions, knownBrowsers } from '#src/sign-in/collections.ts';
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
  approvals,
  consents,
  interactions,
  knownBrowsers,
  tokens,
  grants,
  sessions,
  replays,
  signingKeys,
  leases,
  migrations,
] as unknown as readonly Collection<never, string>[];
