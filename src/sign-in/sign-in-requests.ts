import { approvalPolicy } from '#src/approvals/policy.ts';
import type { SignInRequest, SignInRequestForAccount, SignInRequests } from '#src/approvals/ports.ts';
import { formatAcr } from '#src/assurance/level.ts';
import { isOwnService } from '#src/clients/own-services.ts';
import { asSentTo } from '#src/clients/shown-domain.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { requestDigest } from './authorization-request.ts';
import type { InteractionDocument } from './collections.ts';
import { consentPlanFor, viewJourney } from './journey.ts';
import { findKnownBrowser } from './known-browsers.ts';
import { offeredClaims } from './offered-claims.ts';
import type { SignInParts } from './ports.ts';
import { findJourney } from './progress.ts';

/** When the present QR of these pages began, in milliseconds since the epoch. */
export const qrStartOf = ({ qrStartedAt, payload }: InteractionDocument): number => qrStartedAt ?? payload.iat * 1000;

/** Tells approvals about the page they answer to. */
export function createSignInRequests(parts: SignInParts): SignInRequests {
  async function find(interaction: string): Promise<SignInRequest | undefined> {
    const document = await findJourney(parts.store, interaction);
    if (document === undefined || document.result !== undefined) return undefined;
    const found = await parts.clients.find(String(document.payload.params['client_id']));
    if (found === undefined) return undefined;
    const client = asSentTo(found.client, document.payload.params['redirect_uri']);
    return {
      interaction,
      clientId: client.id,
      client: { name: client.name, domain: client.domain },
      isOwnService: isOwnService(client.id),
      requestDigest: requestDigest(document.payload.params),
      qrStartedAt: qrStartOf(document),
      requestedAt: document.payload.iat * 1000,
      from: { browser: document.from?.browser ?? '', network: document.from?.address ?? '', place: null },
    };
  }

  async function forAccount(interaction: string, accountId: AccountId): Promise<SignInRequestForAccount | undefined> {
    const document = await findJourney(parts.store, interaction);
    if (document === undefined || document.result !== undefined) return undefined;
    // seen as if this person had signed in on the page and proven nothing yet
    const browser = await findKnownBrowser(parts.store, accountId, document.from?.browserKey);
    const browserTrusted = browser !== undefined && parts.clock.now() - browser.since >= approvalPolicy.trustedBrowserMs;
    const journey = await viewJourney(parts, { ...document, accountId, methods: undefined }, { isStrangeBrowser: !browserTrusted });
    if (journey?.account === undefined) return undefined;
    const { client, account, assessment } = journey;
    const consent = journey.consent ?? (await findConsent(parts.store, account.id, client.id));
    const plan = consentPlanFor(parts, client, document.payload.params, account, { consent });
    const claims = await offeredClaims(parts, client, plan, account);
    const { requirement } = assessment;
    return {
      acr: formatAcr(requirement.outcome === 'reachable' ? requirement.required : requirement.needed),
      reachable: requirement.outcome === 'reachable',
      claims,
      browserKnown: browser !== undefined,
      browserTrusted,
    };
  }

  return { find, forAccount };
}
