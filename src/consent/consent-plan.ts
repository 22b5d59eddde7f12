import type { IdentityLevel, Person } from '#src/accounts/account.ts';
import type { Client, Purpose } from '#src/clients/client.ts';
import type { ClaimCatalogue } from './claim-catalogue.ts';
import type { RequestedClaim } from './claim-request.ts';
import { readsByLaw } from './legal-basis.ts';
import { decisionOn, type Standing } from './standing.ts';

/** What one sign-in at one service must ask or tell its person. */
export interface ConsentPlan {
  readonly purpose: Purpose;
  /** The person decides, claim by claim. */
  readonly asked: readonly RequestedClaim[];
  /** A public service reads these by law. */
  readonly informed: readonly RequestedClaim[];
  /** Decided earlier, goes on. */
  readonly alreadyGranted: readonly RequestedClaim[];
  readonly offlineAccess: boolean;
  /** False: nothing new, no page. */
  readonly pageNeeded: boolean;
}

export interface ConsentQuestion {
  readonly client: Client;
  readonly requested: readonly RequestedClaim[];
  readonly standing: Standing;
  /** The request's `purpose`; an unknown one counts as none. */
  readonly purpose: string | undefined;
  readonly offlineAccess: boolean;
  /** `prompt=consent`: everything is asked anew. */
  readonly askAgain: boolean;
  /** A page comes although nothing is new. */
  readonly pageAnyway: boolean;
  /** Whether the claim may leave at the identity level of this account, whether or not there is a value now. */
  readonly mayLeave: (claim: RequestedClaim) => boolean;
  readonly person: () => Person;
}

/** The purpose a request names, else the service's first. */
const purposeOf = (client: Client, name: string | undefined): Purpose =>
  client.policy.purposes.find(({ id }) => id === name) ?? client.policy.purposes[0];

/** Sorts what is requested into asked, told and already granted. */
export function planConsent(question: ConsentQuestion): ConsentPlan {
  const { client, standing, askAgain } = question;
  const purpose = purposeOf(client, question.purpose);
  const asked: RequestedClaim[] = [];
  const informed: RequestedClaim[] = [];
  const alreadyGranted: RequestedClaim[] = [];
  let informedAnew = false;
  for (const claim of question.requested.filter(question.mayLeave)) {
    const decision = decisionOn(standing, purpose.id, claim.name);
    if (readsByLaw(client, claim.name, question.person)) {
      informed.push(claim);
      informedAnew ||= decision !== 'informed';
    } else if (askAgain || decision === undefined || decision === 'informed') asked.push(claim);
    else if (decision === 'granted') alreadyGranted.push(claim);
  }
  const offlineAnew = question.offlineAccess && !standing.offline.has(purpose.id);
  const isNew = !standing.met.has(purpose.id) || asked.length > 0 || informedAnew || offlineAnew;
  const pageNeeded = askAgain || question.pageAnyway || isNew;
  return { purpose, asked, informed, alreadyGranted, offlineAccess: question.offlineAccess, pageNeeded };
}

/** Whether a claim of the catalogue may leave at this identity level at all. */
export const fitsLevel = (catalogue: ClaimCatalogue, claim: string, identityLevel: IdentityLevel): boolean =>
  (catalogue.get(claim)?.identityLevel ?? 2) <= identityLevel;
