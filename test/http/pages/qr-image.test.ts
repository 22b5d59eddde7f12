import { decodeQR } from 'qr/decode.js';
import { expect, it } from 'vitest';
import { qrSvg } from '#src/web/qr-image.ts';

/** The drawing as pixels, eight to a module. */
function pixelsOf(svg: string): { width: number; height: number; data: Uint8Array } {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const scale = 8;
  const width = size * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let row = 0; row < scale; row += 1) {
      const start = ((Number(y) * scale + row) * width + Number(x) * scale) * 4;
      data.fill(0, start, start + scale * 4);
    }
  return { width, height: width, data };
}

it('a phone reads from the image exactly what was put in, and a quiet zone of four modules is left', () => {
  const text = 'https://id.example/q#c2FtcGxlLWhhbmRsZS1vZi1hLXBhZ2U.12.c2FtcGxlbWFjMTIzNA';
  const svg = qrSvg(text);
  expect(decodeQR(pixelsOf(svg))).toBe(text);
  const places = [...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].flatMap(([, x, y]) => [Number(x), Number(y)]);
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  expect(Math.min(...places)).toBe(4);
  expect(Math.max(...places)).toBe(size - 5);
});

it('the image is black on white by itself, whatever the page is', () => {
  expect(qrSvg('a')).toMatch(/fill="#fff"[^>]*\/><path fill="#000"/);
  expect(qrSvg('a')).not.toMatch(/<script|style=/);
});
