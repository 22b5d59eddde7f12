import { createServer } from 'node:http';
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';

/** A Security Event Token as it came, checked with the provider's published keys. */
export interface ReceivedEvent {
  readonly type: string | undefined;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: JWTPayload & { readonly events: Readonly<Record<string, unknown>>; readonly sub_id: unknown };
}

/** A service's address for events; answers what it is told to, 202 unless told. */
export async function startEventReceiver(issuer: () => string) {
  const received: ReceivedEvent[] = [];
  const answers: { status: number; body?: object; delayMs?: number }[] = [];
  let calls = 0;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', async () => {
      calls += 1;
      const { status, body } = answers.shift() ?? { status: 202 };
      if (status === 202) {
        const { payload } = await jwtVerify(text, createRemoteJWKSet(new URL(`${issuer()}/jwks`)), { issuer: issuer() });
        received.push({
          type: request.headers['content-type'],
          header: { ...decodeProtectedHeader(text) },
          claims: payload as ReceivedEvent['claims'],
        });
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    uri: `http://127.0.0.1:${port}/events`,
    received,
    /** What the next calls are answered. */
    answers,
    calls: () => calls,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

export type EventReceiver = Awaited<ReturnType<typeof startEventReceiver>>;
