import { DomainError } from '#src/kernel/domain-error.ts';
import { visibleLine } from '#src/kernel/visible-line.ts';
import type { Actor } from './actor.ts';
import type { Tester } from './client.ts';
import { type ClientErrorCode, clientNotFound } from './errors.ts';
import { checkManager } from './propose.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import { type Expected, knownState, type ServiceRecord, takeStep } from './service-record.ts';

/** Somebody whom a service named for its trials: what it calls them, and a reference that tells nobody's number. */
export interface ListedTester {
  readonly tester_id: string;
  readonly label: string;
  readonly added_at: string;
}

/** A trial has no more people than this. */
const mostTesters = 100;

const longestLabel = 100;

/** Short enough to type; the digest itself stays here. */
const idOf = ({ ref }: Tester): string => ref.slice(-12).replace(/[-_]/g, '0');

export const listedTester = (tester: Tester): ListedTester => ({
  tester_id: idOf(tester),
  label: tester.label,
  added_at: new Date(tester.addedAt).toISOString(),
});

const invalid = (detail: string): DomainError<ClientErrorCode> => new DomainError('tester_invalid', { detail });

function changeTesters(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  expected: Expected,
  work: (testers: readonly Tester[]) => { readonly testers: readonly Tester[]; readonly action: string; readonly of: Tester },
): Promise<ListedTester> {
  return takeStep(parts, id, by, expected, (record: ServiceRecord) => {
    const { live } = record;
    if (live === undefined) throw clientNotFound(id);
    checkManager(record, by);
    const { testers, action, of } = work(live.testers ?? []);
    return {
      live: { ...live, testers },
      // never what they are called: nothing is taken out of a history
      told: { action, state: knownState(record), changes: [{ member: 'testers', after: idOf(of) }] },
      answer: listedTester(of),
    };
  });
}

/**
 * Names a person who may sign in while a service is in the sandbox. Whether an account has this number is never said.
 * @throws {DomainError} `tester_invalid`
 */
export function addTester(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  { idNumber, label, ...expected }: Expected & { readonly idNumber: string; readonly label: string },
): Promise<ListedTester> {
  const ref = parts.idNumberDigest(idNumber);
  if (ref === undefined) throw invalid('id_number');
  if (label === '' || label.length > longestLabel || !visibleLine.test(label))
    throw invalid(`label: one line of visible characters, at most ${longestLabel}`);
  return changeTesters(parts, id, by, expected, (before) => {
    const others = before.filter((each) => each.ref !== ref);
    if (others.length >= mostTesters) throw invalid(`at most ${mostTesters}`);
    const tester = { ref, label, addedAt: parts.clock.now() };
    return { testers: [...others, tester], action: 'add tester', of: tester };
  });
}

/** @throws {DomainError} `tester_invalid` for a reference that is none of this service */
export const removeTester = (
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  { testerId, ...expected }: Expected & { readonly testerId: string },
): Promise<ListedTester> =>
  changeTesters(parts, id, by, expected, (before) => {
    const of = before.find((each) => idOf(each) === testerId);
    if (of === undefined) throw invalid(testerId);
    return { testers: before.filter((each) => each !== of), action: 'remove tester', of };
  });
