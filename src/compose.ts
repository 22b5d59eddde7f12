import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Settings } from '#config/load.ts';
import { type DatedPolicies, livingPolicy } from '#config/policy.ts';
import { createAccountDirectory, createIdNumberDigest } from './accounts/directory.ts';
import { createKeyboardAuthentication } from './accounts/keyboard-authentication.ts';
import { createSubjectIdentifiers } from './accounts/subject-identifier.ts';
import { createThrottle } from './accounts/throttle.ts';
import { createApprovals } from './approvals/approvals.ts';
import { timeStampKind } from './approvals/signed-decision.ts';
import { deviceMethodsOf } from './assurance/reach.ts';
import { createPauseNotice, pauseNoticeKind } from './backchannel/pause-notice.ts';
import { pingKind } from './backchannel/ping.ts';
import type { BackchannelParts } from './backchannel/ports.ts';
import { createServiceRequests } from './backchannel/service-requests.ts';
import type { Work } from './background/background-work.ts';
import { createFaceMatcher } from './biometrics/http-matcher.ts';
import { createClientDirectory } from './clients/directory.ts';
import { withOwnServices } from './clients/own-services.ts';
import { createClientRegistry } from './clients/registry.ts';
import { claimsByScope, createClaimCatalogue } from './consent/claim-catalogue.ts';
import { createMatchLimit } from './consent/match-limit.ts';
import { createValueDigest } from './consent/value-digest.ts';
import { createVerificationTerms } from './consent/verification.ts';
import { createDevices } from './devices/devices.ts';
import { createEnrolmentCodes } from './devices/enrolment-codes.ts';
import { devicePolicy } from './devices/policy.ts';
import { createDocumentChecks, documentCheckKind } from './documents/document-check.ts';
import { readReleased } from './documents/held-documents.ts';
import { createAgencies } from './documents/http-agencies.ts';
import { createLineDocuments } from './documents/import-documents.ts';
import type { DocumentParts } from './documents/ports.ts';
import { createPasswordHashing, defaultHashingLimits } from './hashing/password-hashing.ts';
import { type Clock, systemClock } from './kernel/clock.ts';
import type { AccountId } from './kernel/identifier.ts';
import { type Random, systemRandom } from './kernel/random.ts';
import { observeStore, type StoreObserver } from './observation/observed-store.ts';
import { createBackchannelPing } from './oidc/backchannel-ping.ts';
import { createClientCertificates } from './oidc/client-certificate.ts';
import { createClientMetadataRules } from './oidc/client-rules.ts';
import { createPush } from './oidc/outgoing-push.ts';
import { createServiceEventDelivery } from './oidc/security-events.ts';
import { createSigningKeys } from './oidc/signing-keys.ts';
import { createDelivery } from './outbox/delivery.ts';
import { outboxPolicy } from './outbox/policy.ts';
import { serviceEventKind } from './outbox/service-event.ts';
import { findKnownBrowser } from './sign-in/known-browsers.ts';
import type { SignInParts } from './sign-in/ports.ts';
import { createSignInRequests } from './sign-in/sign-in-requests.ts';
import { allCollections } from './storage/collections.ts';
import { confirmInstallation } from './storage/installation.ts';
import { loadKeyFile } from './storage/key-file.ts';
import { lookAtStore } from './storage/look-at-store.ts';
import { upgradeOnRead } from './storage/migrations/upgrading-store.ts';
import { openStore } from './storage/open-store.ts';
import { createSealing } from './storage/sealing-aes.ts';
import { createTimeStampAuthority } from './time-stamps/http-authority.ts';
import { createDecisionStamps } from './time-stamps/stamp-decision.ts';

/** What tests put in the place of the machine's own. */
export interface Overrides {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly policies?: DatedPolicies;
  /** What a wrong password waits for (`Policy.wrongEntryAfterMs`). */
  readonly wrongEntryAfterMs?: number;
  /** Told of every call of the store. */
  readonly observeStore?: StoreObserver;
}

/** The parts list: everything that serves and commands use, each made once. */
export async function compose(settings: Settings, overrides: Overrides = {}) {
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? systemRandom;
  const policy = livingPolicy(clock, overrides.policies);
  const isProduction = settings.profile === 'production';
  const wrongEntryAfterMs = (): number => overrides.wrongEntryAfterMs ?? policy.wrongEntryAfterMs;

  const { keyFile, profile } = settings;
  const look = await lookAtStore(settings);
  const sealing = createSealing(loadKeyFile(keyFile, { profile, store: look }));
  const { store: opened, signals, clockAheadMs, close } = await openStore(settings, { clock, random });
  await confirmInstallation({ store: opened, sealing, clock }, { profile, storeName: look.name, keyFile }).catch(
    async (refused) => {
      await close();
      throw refused;
    },
  );
  const observed = overrides.observeStore === undefined ? opened : observeStore(opened, overrides.observeStore);
  const store = upgradeOnRead(observed, allCollections);
  const basics = { store, sealing, clock, random, signals };

  const accounts = createAccountDirectory(basics);
  const hashing = createPasswordHashing({
    ...defaultHashingLimits(),
    get waiting() {
      return policy.hashing.waiting;
    },
  });
  const throttle = createThrottle(policy.throttle, { store, clock, loopbackIsFree: !isProduction });
  const isKnownBrowser = async (accountId: AccountId, browser: string): Promise<boolean> =>
    (await findKnownBrowser(store, accountId, browser)) !== undefined;
  const subjects = createSubjectIdentifiers(sealing);

  const clientCertificates = createClientCertificates(settings, clock);
  const idNumberDigest = createIdNumberDigest(sealing);
  const catalogue = createClaimCatalogue(settings.claimsPrefix);
  const registration = {
    claimNames: [...catalogue.keys()],
    claimsByScope: claimsByScope(catalogue),
    isProduction,
    mayReachPrivate: settings.outboundPrivate,
    takesCertificates: clientCertificates.areTaken,
    isOpen: settings.openRegistration,
  };
  const clients = withOwnServices(createClientDirectory(basics), { sealing, issuer: settings.issuer, policy: registration });
  const registry = createClientRegistry({
    ...basics,
    rules: createClientMetadataRules(settings.issuer, catalogue, clientCertificates),
    idNumberDigest,
    registration,
  });
  const signingKeys = createSigningKeys({ ...basics, lives: policy.signingKeys });

  const { tsaUrl, tsaAuthorities } = settings;
  const timeStampAuthority =
    tsaUrl === undefined || tsaAuthorities === undefined
      ? undefined
      : createTimeStampAuthority(tsaUrl, readFileSync(tsaAuthorities, 'utf8'), basics);
  const documents: DocumentParts = { ...basics, agencies: createAgencies(settings.agencyUrls), policy: policy.documents };
  const push = createPush(settings.outboundPrivate);
  const ways = {
    [serviceEventKind]: {
      deliver: createServiceEventDelivery({ ...basics, issuer: settings.issuer, clients, subjects, signingKeys, push }),
    },
    [pauseNoticeKind]: { deliver: createPauseNotice({ ...basics, accounts }) },
    // each is about another request or decision: their order says nothing
    [pingKind]: { deliver: createBackchannelPing({ ...basics, clients, push }), lanes: 4 },
    [documentCheckKind]: { deliver: createDocumentChecks({ ...documents, accounts }), lanes: 8 },
    [timeStampKind]: { deliver: createDecisionStamps(store, timeStampAuthority), lanes: 8 },
  };
  /** Sends what waits in the outbox. */
  const delivery = (logger: Pick<Logger, 'warn'>): Work => {
    const { turn, ended } = createDelivery({
      ...basics,
      ways,
      givenUp: ({ key, kind, to, attempts }, reason) =>
        logger.warn({ message: key, kind, to, attempts, reason }, 'message given up'),
      failed: (err) => logger.warn({ err }, 'messages could not be taken further'),
    });
    return { name: 'outbox', everyMs: outboxPolicy.everyMs, run: turn, ended };
  };

  const allowSimulated = !isProduction;
  const signIn: SignInParts = {
    ...basics,
    accounts,
    clients,
    catalogue,
    valueDigest: createValueDigest(sealing),
    verification: createVerificationTerms(settings.trustFramework, settings.claimsPrefix),
    deviceMethods: deviceMethodsOf({ allowSimulated, hasMatcher: settings.matcherUrl !== undefined }),
    policy: policy.signIn,
    documents: (accountId, types) => readReleased(documents, accountId, types),
    idNumberDigest,
  };
  const requests = createSignInRequests(signIn);
  const enrolmentCodes = createEnrolmentCodes(basics);
  const unvouchedWaitMs = isProduction ? devicePolicy.unvouchedWaitMs : 0;
  const devices = createDevices({ ...basics, accounts, enrolmentCodes, issuer: settings.issuer, allowSimulated, unvouchedWaitMs });
  const backchannel: BackchannelParts = {
    ...signIn,
    sealing,
    backchannelPolicy: policy.backchannel,
    paymentPolicy: policy.payments,
  };
  const approvals = createApprovals({
    ...basics,
    accounts,
    requests,
    serviceRequests: createServiceRequests(backchannel),
    matcher: createFaceMatcher(settings.matcherUrl),
    areStamped: timeStampAuthority !== undefined,
    issuer: settings.issuer,
    allowSimulated,
  });

  return {
    settings,
    policy,
    ...basics,
    accounts,
    hashing,
    keyboard: () =>
      createKeyboardAuthentication({
        ...basics,
        directory: accounts,
        hashing,
        throttle,
        isKnownBrowser,
        wrongEntryAfterMs,
        pause: setTimeout,
      }),
    subjects,
    clients,
    registry,
    signingKeys,
    clientCertificates,
    delivery,
    signIn,
    backchannel,
    matchLimit: createMatchLimit(basics, policy.matching),
    enrolmentCodes,
    devices,
    unvouchedWaitMs,
    documents,
    lineDocuments: createLineDocuments(documents),
    approvals,
    clockAheadMs,
    close,
  };
}

export type Application = Awaited<ReturnType<typeof compose>>;
