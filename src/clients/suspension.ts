import type { Actor } from './actor.ts';
import type { ClientDocument } from './collections.ts';
import type { ClientRegistryParts } from './registry-parts.ts';
import type { Moved } from './review.ts';
import { type Expected, knownState, takeStep } from './service-record.ts';
import { checkTransition, type Verb } from './states.ts';

/** Stops a service, or lets it go on from where it was stopped. Whatever it was issued before stays dead: a token that leaked does not come back. */
export function setStopped(
  parts: ClientRegistryParts,
  id: string,
  by: Actor,
  verb: Extract<Verb, 'suspend' | 'resume'>,
  expected: Expected,
): Promise<Moved> {
  return takeStep(parts, id, by, expected, (record) => {
    const before = knownState(record);
    checkTransition(verb, before, by, { reason: expected.reason });
    const live = record.live as ClientDocument;
    const stops = verb === 'suspend';
    const counted = live.suspensions ?? 0;
    const suspension = stops ? { at: parts.clock.now(), by: by.id, reason: expected.reason } : undefined;
    const state = stops ? 'suspended' : live.stage;
    return {
      live: {
        ...live,
        state: stops ? 'suspended' : 'active',
        suspension,
        // one that was stopped by a version that did not count is resumed as after its first time
        suspensions: stops ? counted + 1 : Math.max(counted, 1),
      },
      told: { action: verb, state },
      answer: { client_id: id, state },
    };
  });
}
