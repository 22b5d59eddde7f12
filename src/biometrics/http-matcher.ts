import { z } from 'zod';
import type { FaceMatcher } from './ports.ts';

const patienceMs = 8000;
const answerShape = z.object({ matched: z.boolean(), live: z.boolean() });

/** Without one nothing that needs a face can be approved. */
const noMatcher: FaceMatcher = { match: async () => 'unavailable' };

/**
 * The matcher over HTTP: `POST {address}/v1/face-matches` `{personal_id_number, capture}` (base64) → 200 `{matched, live}`. Anything else, and
 * silence, is no answer: what needs it is refused. @see docs/connectors.md
 */
export function createFaceMatcher(address: string | undefined): FaceMatcher {
  if (address === undefined) return noMatcher;
  return {
    async match(idNumber, capture) {
      try {
        const response = await fetch(`${address}/v1/face-matches`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ personal_id_number: idNumber, capture: capture.toString('base64') }),
          redirect: 'error',
          signal: AbortSignal.timeout(patienceMs),
        });
        if (!response.ok) return 'unavailable';
        const { matched, live } = answerShape.parse(await response.json());
        return matched && live ? 'matched' : 'not-matched';
      } catch {
        return 'unavailable';
      }
    },
  };
}
