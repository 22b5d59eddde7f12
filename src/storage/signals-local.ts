import { EventEmitter } from 'node:events';
import type { Random } from '#src/kernel/random.ts';
import type { SignalName, Signals } from '#src/kernel/signals.ts';

/**
 * Signals inside one process, for the embedded store. Command-line tools that join the same file send none: the caches live less than
 * five seconds, which is how fast the server takes their changes up.
 */
export function createLocalSignals({ random }: { readonly random: Random }): Signals {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  const process = random.bytes(4).toString('hex');
  return {
    process,
    async send(to, name, message) {
      if (to === '*' || to === process) setImmediate(() => emitter.emit(name, message));
    },
    listen(name: SignalName, receive: (message: never) => void) {
      emitter.on(name, receive as (message: unknown) => void);
      return () => void emitter.off(name, receive as (message: unknown) => void);
    },
  };
}
