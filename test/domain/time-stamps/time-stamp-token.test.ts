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

  const signedAgain = async (extensions: Parameters<typeof authority.signAgain>[1]): Promise<Buffer> => {
    const signed = new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(await stamp()).content });
    return authority.signAgain(Buffer.from(signed.encapContentInfo.eContent?.getValue() ?? new ArrayBuffer(0)), extensions);
  };

  it.each([
    ['for another purpose', 'web', 'is for something else'],
    ['for encipherment alone', 'encipher', 'is for something else'],
    ['with a critical extension that nobody here reads', 'odd', 'critical extension 1.3.6.1.4.1.99999.1'],
  ] as const)('and none counts of a certificate %s', async (_, extensions, fault) => {
    await expect(verifyTimeStamp(await signedAgain(extensions), data, roots)).rejects.toThrow(fault);
    expect(await verifyTimeStamp(await signedAgain('tsa'), data, roots)).toMatchObject({ authority: 'Time of tsa' });
  });

  it('and a new one does not count of an authority whose time is over, whatever time it says itself', async () => {
    const token = await stamp();
    expect(await verifyTimeStamp(token, data, roots, Date.now())).toMatchObject({ authority: 'Time of tsa' });
    for (const later of [31, -1].map((days) => Date.now() + days * 86_400_000))
      await expect(verifyTimeStamp(token, data, roots, later)).rejects.toThrow('time is over or has not come');
    // what was taken when it was new goes on
    expect(await verifyTimeStamp(token, data, roots)).toMatchObject({ authority: 'Time of tsa' });
  });
});
