import type { Account } from '#src/accounts/account.ts';
import { join, type Level, lowestLevel, satisfies } from '#src/assurance/level.ts';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import { type Proof, type Reached, reachedLevel } from '#src/assurance/reached-level.ts';
import { type Reach, type Requirement, requiredLevel } from '#src/assurance/required-level.ts';
import { isEnded, isUsable } from '#src/assurance/token-check.ts';
import type { Client } from '#src/clients/client.ts';
import { isOwnService } from '#src/clients/own-services.ts';
import { isDocumentType } from '#src/documents/document-types.ts';
import { type AuthorizationParams, acrPolicyOf, acrRequestOf, scopesOf } from './authorization-request.ts';

export interface AssessmentInput {
  readonly client: Client;
  readonly params: AuthorizationParams;
  /** Who is signed in, if anybody. */
  readonly account: Account | undefined;
  readonly reach: Reach | undefined;
  readonly methods: readonly ProvenMethod[];
  /** Whole seconds since the epoch. */
  readonly now: number;
  /** What is needed whatever the request and the service say: a payment's. */
  readonly atLeast?: Level | undefined;
  /** Something was proven for this very request. */
  readonly provenNow: boolean;
}

/** What the tokens of one request say of the sign-in. */
export interface TokenSays {
  readonly acr: string;
  readonly amr: readonly string[];
  /** Whole seconds since the epoch. */
  readonly authTime: number;
}

/** Where a sign-in stands against what its request needs. */
export interface Assessment {
  readonly requirement: Requirement;
  readonly proof: Proof | undefined;
  readonly reached: Reached | undefined;
  /** The requirement is reachable and reached. */
  readonly isEnough: boolean;
  /** What the tokens say whatever was proven (`simulated-level.ts`). */
  readonly simulated?: TokenSays;
}

/** Documents are for people who were proven in person. */
const scopesMinimum = (params: AuthorizationParams): Level =>
  [...scopesOf(params)].some(isDocumentType) ? { identity: 2, authentication: 1 } : lowestLevel;

/** Compares what was proven with what the request, the client and the scopes require. The same for the pages and for the protocol. */
export function assess({
  client,
  params,
  account,
  reach,
  methods,
  now,
  atLeast = lowestLevel,
  provenNow,
}: AssessmentInput): Assessment {
  const minimum = join(atLeast, scopesMinimum(params));
  const requirement = requiredLevel(acrRequestOf(params), acrPolicyOf(client), minimum, account === undefined ? undefined : reach);
  if (account === undefined || !isUsable(account)) return { requirement, proof: undefined, reached: undefined, isEnough: false };
  // who may still be put out of the account must not be able to put out its owner
  const counts = ({ unvouched }: ProvenMethod): boolean => unvouched !== true || !isOwnService(client.id);
  const held = methods.filter((method) => !isEnded(account, method) && counts(method));
  const proof: Proof = { methods: held, identityLevel: account.identityLevel, now, provenNow };
  const reached = reachedLevel(proof);
  const isEnough = requirement.outcome === 'reachable' && reached !== undefined && satisfies(reached.level, requirement.required);
  return { requirement, proof, reached, isEnough };
}
