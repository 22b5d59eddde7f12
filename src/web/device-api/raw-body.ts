import type { IncomingMessage } from 'node:http';
import { DomainError } from '#src/kernel/domain-error.ts';

/** The body's bytes as they came, since the device's proof signs them. @throws {DomainError} `body_too_large` */
export async function readRawBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw new DomainError('body_too_large');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes) throw new DomainError('body_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
