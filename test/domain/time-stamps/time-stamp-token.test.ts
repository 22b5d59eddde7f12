import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as pkijs from 'pkijs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '#src/kernel/random.ts';
import { authoritiesOf, timeStampRequest, verifyTimeStamp } from '#src/time-stamps/time-stamp-token.ts';
import { canStamp, startTimeStampAuthority } from '#test/support/time-stamp-authority.ts';

const data = Buffer.from('what was decided');

describe.skipIf(!canStamp())('a time-stamp names the certificate it was signed with', () => {
  let authority: Awaited<ReturnType<typeof startTimeStampAuthority>>;
  let roots: pkijs.Certificate[];
  beforeAll(async () => {
    authority = await startTimeStampAuthority();
    roots = authoritiesOf(readFileSync(authority.authorities, 'utf8'));
  });
  afterAll(() => authority.stop());

  async function stamp(): Promise<Buffer> {
    const { der } = timeStampRequest(hash('sha256', data, 'buffer'), systemRandom);
    const response = await fetch(authority.address, { method: 'POST', body: new Uint8Array(der) });
    const { timeStampToken } = pkijs.TimeStampResp.fromBER(await response.arrayBuffer());
    return Buffer.from(timeStampToken?.toSchema().toBER(false) ?? new ArrayBuffer(0));
  }

  it.each(['sha1', 'sha256', 'sha512'] as const)('by its %s', async (named) => {
    authority.faults.named = named;
    expect(await verifyTimeStamp(await stamp(), data, roots)).toMatchObject({ authority: 'Time of tsa' });
  });

  it('so another certificate of the same key cannot take its place', async () => {
    const content = pkijs.ContentInfo.fromBER(await stamp());
    const signed = new pkijs.SignedData({ schema: content.content });
    const [renewed] = authoritiesOf(readFileSync(authority.renewed, 'utf8'));
    if (renewed === undefined || signed.signerInfos[0] === undefined) throw new TypeError('nothing to put in its place');
    signed.certificates = [renewed];
    signed.signerInfos[0].sid = new pkijs.IssuerAndSerialNumber({ issuer: renewed.issuer, serialNumber: renewed.serialNumber });
    const swapped = new pkijs.ContentInfo({ contentType: content.contentType, content: signed.toSchema(true) });
    const token = Buffer.from(swapped.toSchema().toBER(false));
    await expect(verifyTimeStamp(token, data, roots)).rejects.toThrow('signed with another certificate');
  });
});
