import { hasWantedValue } from './asked-values.ts';
import { verifiedName } from './claim-catalogue.ts';
import { fitsLevel } from './consent-plan.ts';
import { meets } from './constraints.ts';
import { mayReceive, type ReleaseQuestion } from './release.ts';
import { selectVerification, unmet } from './verification-selection.ts';
import { readVerifiedRequest, type VerifiedSet } from './verified-claims-request.ts';

interface VerifiedQuestion extends ReleaseQuestion {
  /** All that could be said (`sayVerification`). */
  readonly verification: object;
}

/** The claims of one set that may leave and are as the service wants them. */
function claimsOf(question: VerifiedQuestion, { claims }: VerifiedSet): Record<string, unknown> {
  const released: Record<string, unknown> = {};
  for (const [name, wish] of Object.entries(claims)) {
    const registered = verifiedName(name);
    const definition = question.catalogue.get(registered);
    if (definition === undefined || !fitsLevel(question.catalogue, registered, question.identityLevel)) continue;
    if (!mayReceive(question, registered)) continue;
    const value = definition.read(question.person(), question);
    if (value === undefined || !meets(wish, value, question.now)) continue;
    if (hasWantedValue(name, wish, value, question.digest)) released[name] = value;
  }
  return released;
}

function answer(question: VerifiedQuestion, set: VerifiedSet): object | undefined {
  const verification = selectVerification(set.verification, question.verification, question.now);
  if (verification === unmet) return undefined;
  const claims = claimsOf(question, set);
  return Object.keys(claims).length === 0 ? undefined : { verification, claims };
}

/**
 * The verified claims that leave: what was named in a set whose verification is as asked, and registered, consented (or by law) and held at this
 * level. Undefined where nothing is left; never an error.
 * @param member of the request, as it was checked and is kept
 * @see OpenID Connect for Identity Assurance 1.0, 5.7
 */
export function releaseVerifiedClaims(question: VerifiedQuestion, member: unknown): object | undefined {
  const request = readVerifiedRequest(member);
  const answers = (request?.sets ?? []).flatMap((set) => answer(question, set) ?? []);
  if (answers.length === 0) return undefined;
  return request?.isList === true ? answers : answers[0];
}
