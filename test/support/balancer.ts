import { createServer, request } from 'node:http';
import { freePort } from './running-provider.ts';

export interface Balancer {
  readonly address: string;
  /** Names the port that answers a request, by its path. */
  route(choose: (path: string) => number): void;
  stop(): Promise<void>;
}

/** What stands before several processes: hands every request on as it came, streams too. */
export async function startBalancer(): Promise<Balancer> {
  const port = await freePort();
  let choose = (_path: string): number => 0;
  const server = createServer((incoming, answer) => {
    const { method, url = '/', headers } = incoming;
    const onward = request({ host: 'localhost', port: choose(url), method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      answer.flushHeaders();
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  return {
    address: `http://localhost:${port}`,
    route(chosen) {
      choose = chosen;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
