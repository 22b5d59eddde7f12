import type { Account } from '#src/accounts/account.ts';
import { type AuthenticationLevel, join, type Level, parseAcr, satisfies } from './level.ts';

/** The acr part of an authorization request, as asked. */
export interface AcrRequest {
  /** `values` (or `value`) of an essential `acr` claim. @see OpenID Connect Core 1.0, 5.5.1.1 */
  readonly essential: readonly string[] | undefined;
  /** `acr_values`, or the values of an acr claim that is not essential. */
  readonly voluntary: readonly string[] | undefined;
}

/** What a client's registration says about levels. */
export interface ClientAcrPolicy {
  readonly minimum: Level;
  /** acr values this client may ask for. */
  readonly allowed: ReadonlySet<string>;
  /** `default_acr_values`. */
  readonly defaults: readonly string[];
}

/** The best an account can do with what is enrolled now. */
export interface Reach {
  readonly identity: Account['identityLevel'];
  /** 0: nothing is enrolled to sign in with. */
  readonly authentication: AuthenticationLevel | 0;
}

export type Requirement =
  | {
      readonly outcome: 'reachable';
      /** What this sign-in must reach. */
      readonly required: Level;
      /** The values asked that count, in the order asked. */
      readonly asked: readonly string[];
    }
  | {
      readonly outcome: 'unmet';
      /** The nearest level that would do, for the page that says what is missing. */
      readonly needed: Level;
    };

/** The values that count: known ones inside the registration, in the order asked; the client's defaults when none was asked. */
function countedValues(request: AcrRequest, client: ClientAcrPolicy): { asked: readonly string[]; essentialUnmet: boolean } {
  const counts = (value: string): boolean => parseAcr(value) !== undefined && client.allowed.has(value);
  if (request.essential !== undefined) {
    const asked = request.essential.filter(counts);
    return { asked, essentialUnmet: asked.length === 0 };
  }
  const voluntary = request.voluntary?.filter(counts) ?? [];
  return { asked: voluntary.length > 0 ? voluntary : client.defaults.filter(counts), essentialUnmet: false };
}

/**
 * What a sign-in must reach: the join of every minimum with the first asked value that this account can reach.
 * Without an account (nobody has signed in yet) every level counts as reachable.
 */
export function requiredLevel(request: AcrRequest, client: ClientAcrPolicy, minimum: Level, reach: Reach | undefined): Requirement {
  const floor = join(client.minimum, minimum);
  const { asked, essentialUnmet } = countedValues(request, client);
  const candidates = asked.map((value) => join(parseAcr(value) ?? floor, floor));
  const nearest = candidates[0] ?? floor;
  if (essentialUnmet) return { outcome: 'unmet', needed: nearest };
  const reachable = (level: Level): boolean =>
    reach === undefined ||
    (reach.authentication !== 0 && satisfies({ identity: reach.identity, authentication: reach.authentication }, level));
  const required = (candidates.length > 0 ? candidates : [floor]).find(reachable);
  return required === undefined ? { outcome: 'unmet', needed: nearest } : { outcome: 'reachable', required, asked };
}
