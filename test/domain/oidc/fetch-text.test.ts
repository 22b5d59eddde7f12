import { createServer, type RequestListener, type Server } from 'node:http';
import type { LookupFunction } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createFetchText } from '#src/oidc/fetch-text.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on loopback that counts who came: connections too, not only requests. */
async function canary(answer: RequestListener = (_request, response) => response.end('{"keys":[]}')) {
  const came = { connections: 0, requests: 0, port: 0 };
  const server = createServer((request, response) => {
    came.requests += 1;
    answer(request, response);
  });
  server.on('connection', () => {
    came.connections += 1;
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  came.port = (server.address() as { port: number }).port;
  return came;
}

/** Names lead where this says, one answer after the other, as with a name server that changes its mind. */
function leadingTo(...answers: string[]): { lookup: LookupFunction; asked: () => number } {
  let asked = 0;
  const lookup: LookupFunction = (_host, { all }, done) => {
    const address = answers[Math.min(asked, answers.length - 1)] ?? '';
    asked += 1;
    const family = address.includes(':') ? 6 : 4;
    if (all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  return { lookup, asked: () => asked };
}

describe('what is read from an address that a client registered', () => {
  it('comes from where a closed network lets us', async () => {
    const { port } = await canary();
    expect(await createFetchText({ mayReachPrivate: true })(`http://127.0.0.1:${port}/keys`)).toBe('{"keys":[]}');
  });

  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '::1',
    '::ffff:127.0.0.1',
    'fd00::1',
    'fe80::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '0.0.0.0',
  ])('is never from a private network, though a public name leads to %s', async (address) => {
    const came = await canary();
    const { lookup, asked } = leadingTo(address);
    const fetchText = createFetchText({ mayReachPrivate: false, lookup });
    await expect(fetchText(`http://keys.example:${came.port}/keys`)).rejects.toThrow('leads to a private address');
    expect(asked()).toBe(1);
    expect(came).toMatchObject({ connections: 0, requests: 0 });
  });

  it.each(['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:7f00:1]', 'localhost', 'keys.internal'])(
    'is never from a private network that is named outright: %s',
    async (host) => {
      const came = await canary();
      await expect(createFetchText({ mayReachPrivate: false })(`http://${host}:${came.port}/keys`)).rejects.toThrow(
        'private address',
      );
      expect(came.connections).toBe(0);
    },
  );

  it('is from the address that was looked at, whatever the name leads to a moment later', async () => {
    const came = await canary();
    // public when it is looked at; nobody answers there, and nobody may come to loopback instead
    const { lookup, asked } = leadingTo('203.0.113.7', '127.0.0.1');
    const fetchText = createFetchText({ mayReachPrivate: false, lookup });
    await expect(fetchText(`http://keys.example:${came.port}/keys`)).rejects.toThrow();
    expect(asked()).toBe(1);
    expect(came.connections).toBe(0);
  });

  it('does not follow a redirect, to a private address or any other', async () => {
    const inside = await canary();
    const outside = await canary((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${inside.port}/secret` }).end(),
    );
    await expect(createFetchText({ mayReachPrivate: true })(`http://127.0.0.1:${outside.port}/keys`)).rejects.toThrow(
      'answered 302',
    );
    expect(inside.connections).toBe(0);
  });

  it('is not longer than a key set may be', async () => {
    const { port } = await canary((_request, response) => response.end('x'.repeat(65 * 1024)));
    await expect(createFetchText({ mayReachPrivate: true })(`http://127.0.0.1:${port}/keys`)).rejects.toThrow('too long');
  });

  it('is not endless: a trickle of bytes is cut off', async () => {
    const { port } = await canary((_request, response) => {
      const trickle = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(trickle));
    });
    await expect(createFetchText({ mayReachPrivate: true })(`http://127.0.0.1:${port}/keys`)).rejects.toThrow(/abort|timeout/i);
  }, 8000);

  it('is nothing where the address is no web address', async () => {
    await expect(createFetchText({ mayReachPrivate: true })('file:///etc/passwd')).rejects.toThrow();
  });
});
