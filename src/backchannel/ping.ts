import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Write } from '#src/kernel/store.ts';
import type { OutboxDocument } from '#src/outbox/collections.ts';
import { queued } from '#src/outbox/messages.ts';
import type { Ping } from './ports.ts';

/** The kind of message that tells a service that its request was answered. */
export const pingKind = 'backchannel-ping';

const context = 'outbox/backchannel-ping';
/** Longer than any request lives: then nothing is behind it. */
const goodForMs = 3600_000;

interface PingParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
}

/** For the commit of the decision. The service's token is a secret of its own, so it is sealed. */
export const queuedPing = (parts: PingParts, clientId: string, ping: Ping): Write =>
  queued(parts, {
    kind: pingKind,
    to: clientId,
    content: { sealed: parts.sealing.seal(JSON.stringify(ping), context), until: parts.clock.now() + goodForMs },
  });

/** What a message of this kind says; undefined when it is too late to say it. */
export function pingOf(
  { sealing, clock }: Omit<PingParts, 'random'>,
  { content }: Pick<OutboxDocument, 'content'>,
): Ping | undefined {
  if (clock.now() >= Number(content['until'])) return undefined;
  return JSON.parse(sealing.open(String(content['sealed']), context)) as Ping;
}
