import { connect, createServer, type Socket } from 'node:net';
import { freePort } from './running-provider.ts';

export interface SlowProxy {
  readonly port: number;
  /** How long each answer is held back from now on, in milliseconds. */
  delay(ms: number): void;
  stop(): Promise<void>;
}

/** Stands before a server and holds back what it answers; the order of an answer's pieces stays. */
export async function startSlowProxy(to: number): Promise<SlowProxy> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let delayMs = 0;
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((caller) => {
    const answering = connect(to, '127.0.0.1');
    keep(caller, answering);
    keep(answering, caller);
    caller.on('data', (chunk) => answering.write(chunk));
    answering.on('data', (chunk) => {
      if (delayMs === 0) caller.write(chunk);
      else setTimeout(() => caller.write(chunk), delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    delay(ms) {
      delayMs = ms;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
