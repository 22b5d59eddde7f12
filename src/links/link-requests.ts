import { createHash } from 'node:crypto';
import type { Clock } from '#src/kernel/clock.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import { linkRequests, type ServiceAccount } from './collections.ts';
import { sealRequested } from './service-account.ts';

export interface LinkParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
}

/** As long as somebody needs to sign in, and no longer than a session of theirs at the service is likely the same person's. */
const requestLifeMs = 10 * 60_000;

/** What a link request is kept under. */
export const linkRequestId = (link: string): string => createHash('sha256').update(link).digest('base64url');

/** A service's back end asks for one account of its own to be linked. What it gets goes into one authorization request, once. */
export async function requestLink(
  { store, clock, random, sealing }: LinkParts,
  clientId: string,
  account: ServiceAccount,
): Promise<{ readonly link: string; readonly expiresAt: number }> {
  const link = randomIdentifier(random, 256);
  const id = linkRequestId(link);
  const expiresAt = clock.now() + requestLifeMs;
  await store.insert(linkRequests, { id, clientId, account: sealRequested(sealing, id, account), expiresAt });
  return { link, expiresAt };
}
