import type { Account } from '#src/accounts/account.ts';
import { createIdNumberDigest } from '#src/accounts/directory.ts';
import type { Client } from '#src/clients/client.ts';
import { createClaimCatalogue } from '#src/consent/claim-catalogue.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import { releaseClaims } from '#src/consent/release.ts';
import { shownWords } from '#src/consent/shown-words.ts';
import { endingsOf, standingOf } from '#src/consent/standing.ts';
import { createValueDigest } from '#src/consent/value-digest.ts';
import { createVerificationTerms } from '#src/consent/verification.ts';
import { type WithdrawalScope, withdrawConsent } from '#src/consent/withdraw-consent.ts';
import { answerConsent } from '#src/sign-in/answer-consent.ts';
import { consentPlanFor, type Journey } from '#src/sign-in/journey.ts';
import { type AccountWorld, lan, openAccountWorld } from './account-world.ts';

const catalogue = createClaimCatalogue('https://senid.example/claims/');

/** How services are registered at a moment, by their ids. */
export type Registrations = Record<string, Client>;

export const clientWith = (
  id: string,
  policy: Pick<Client['policy'], 'class' | 'purposes' | 'allowedClaims' | 'legalBasis'>,
): Client => ({
  id,
  state: 'active',
  stage: 'production',
  name: { vi: `Dịch vụ ${id}`, en: `Service ${id}` },
  domain: `${id}.example`,
  metadata: {},
  policy: { ...policy, minAcr: 'urn:senid:acr:id1-auth1', allowedAcr: [], defaultAcr: [], requirePkce: true },
  sector: id,
  subjectKeyVersion: 1,
  subjectType: 'pairwise',
});

/** One person and services whose registrations tests change, with the real rules on a real store. */
export async function openConsentWorld(lifeMs: number) {
  const world: AccountWorld = await openAccountWorld();
  const registrations: Registrations = {};
  const clients = {
    find: async (id: string) => (registrations[id] === undefined ? undefined : { client: registrations[id], secrets: [] }),
  };
  const parts = {
    ...world,
    accounts: world.directory,
    clients,
    catalogue,
    deviceMethods: [],
    idNumberDigest: createIdNumberDigest(world.sealing),
    valueDigest: createValueDigest(world.sealing),
    verification: createVerificationTerms('https://senid.example/tf', 'https://senid.example/claims/'),
    documents: async () => new Map(),
    policy: { consentLifeMs: lifeMs, knownBrowserLifeMs: lifeMs },
  };
  const id = await world.addPerson({ ...lan, email: 'lan@example.org' });
  const person = async (): Promise<Account> => {
    const account = await world.directory.get(id);
    if (account === undefined) throw new TypeError('no account');
    return account;
  };
  const registered = (clientId: string): Client => {
    const client = registrations[clientId];
    if (client === undefined) throw new TypeError('not registered');
    return client;
  };
  const planOf = async (clientId: string, params: Readonly<Record<string, unknown>>) => {
    const consent = await findConsent(world.store, id, clientId);
    const account = await person();
    return { consent, account, plan: consentPlanFor(parts, registered(clientId), params, account, { consent }) };
  };

  return {
    ...world,
    registrations,
    id,
    person,
    planOf,
    /** A consent page that is answered; nothing when none is needed. */
    async answer(clientId: string, params: Readonly<Record<string, unknown>>, granted: (claim: string) => boolean) {
      const { consent, account, plan } = await planOf(clientId, params);
      if (!plan.pageNeeded) return undefined;
      const client = registered(clientId);
      const journey = { client, account, plan, consent, assessment: { reached: undefined } } as unknown as Journey;
      const ticked = plan.asked.map(({ name }) => name).filter(granted);
      const words = shownWords(client, plan, ['a page']);
      const answer = { granted: ticked, language: 'vi', method: 'browser', words } as const;
      await answerConsent(parts, { ...journey, account, plan }, answer);
      return { plan, ticked };
    },
    withdraw: (scope: WithdrawalScope) => withdrawConsent(parts, { id }, scope, { by: 'self' }),
    endings: async (clientId: string, purpose: string) => endingsOf(await findConsent(world.store, id, clientId), purpose),
    /** What userinfo would give out for all these claims. */
    async release(clientId: string, purpose: string, claims: readonly string[]): Promise<Record<string, unknown>> {
      const account = await person();
      const client = registered(clientId);
      const consent = await findConsent(world.store, id, clientId);
      const standing = standingOf(consent, { client, account, nowMs: world.clock.now() });
      const { identityLevel } = account;
      const now = world.clock.now();
      return releaseClaims(
        {
          catalogue,
          client,
          standing,
          purpose,
          identityLevel,
          person: account.person,
          now,
          digest: createValueDigest(world.sealing),
        },
        claims.map((name) => ({ name })),
      );
    },
  };
}

export type ConsentWorld = Awaited<ReturnType<typeof openConsentWorld>>;
