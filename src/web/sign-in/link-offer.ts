import { DomainError } from '#src/kernel/domain-error.ts';
import { confirmLink, findLinkOffer, type LinkOffer } from '#src/links/confirm-link.ts';
import { textParam } from '#src/sign-in/authorization-request.ts';
import type { Journey } from '#src/sign-in/journey.ts';
import type { SignInPageParts } from './parts.ts';

/** An OAuth error and its description: the service learns it, and nothing was linked. */
export interface LinkRefusal {
  readonly refusal: readonly [error: string, description: string];
}

const refusals: Readonly<Record<string, LinkRefusal['refusal']>> = {
  link_invalid: ['invalid_request', 'the link is used, too old, or not of this client'],
  link_taken: ['access_denied', 'the account of the service is linked to somebody else'],
};

async function refusing<Result>(work: () => Promise<Result>): Promise<Result | LinkRefusal> {
  try {
    return await work();
  } catch (thrown) {
    const refusal = thrown instanceof DomainError ? refusals[thrown.code] : undefined;
    if (refusal === undefined) throw thrown;
    return { refusal };
  }
}

function askedOf({ document, client, account, step }: Journey) {
  const link = textParam(document.payload.params, 'link');
  return step !== 'consent' || link === undefined || account === undefined
    ? undefined
    : { link, clientId: client.id, accountId: account.id };
}

/** What the consent page says about the account that is to be linked; undefined where the request links nothing. */
export async function linkOfferFor(parts: SignInPageParts, journey: Journey): Promise<LinkOffer | LinkRefusal | undefined> {
  const asked = askedOf(journey);
  return asked && refusing(() => findLinkOffer(parts, asked));
}

/** The person pressed the button of the page that said it. */
export async function confirmOffered(parts: SignInPageParts, journey: Journey): Promise<LinkRefusal | undefined> {
  const asked = askedOf(journey);
  return asked && refusing(async () => confirmLink(parts, asked).then(() => undefined));
}
