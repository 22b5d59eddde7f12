import { readFileSync, writeFileSync } from 'node:fs';
import { launchBrowser } from '#test/support/browser.ts';

/** Draws the app's icons from the mark: `node scripts/draw-icons.ts`. A maskable one has its edges cut off by the phone, so more is left around. */
const at = (name: string): URL => new URL(`../views/public/${name}`, import.meta.url);
const mark = readFileSync(at('lotus.svg'), 'utf8');
const icons = [
  ['192', 192, 0.78],
  ['512', 512, 0.78],
  ['maskable-512', 512, 0.58],
] as const;

const browser = await launchBrowser();
for (const [name, size, part] of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const side = Math.round(size * part);
  await page.setContent(
    `<body style="margin:0;height:100vh;display:grid;place-items:center;background:#fffdf9"><div style="width:${side}px">${mark}</div></body>`,
  );
  writeFileSync(at(`app/icons/${name}.png`), await page.screenshot());
  await page.close();
}
await browser.close();
