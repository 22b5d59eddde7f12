import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '#test/support/browser.ts';
import { startPageGallery } from '#test/support/page-gallery.ts';
import { pageSamples } from '#test/support/page-samples.ts';

/**
 * Pictures of every page, to be looked at: `node scripts/preview-pages.ts [part of a page's name]`. On a phone's width and a desk's, light
 * and dark, in both languages; they go into a new temporary folder, whose name is printed.
 */
const wanted = process.argv[2] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'senid-pages-'));
const [gallery, browser] = await Promise.all([startPageGallery(), launchBrowser()]);
for (const [width, height] of [
  [360, 740],
  [1280, 800],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const language of ['vi', 'en'] as const) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme });
      const page = await context.newPage();
      for (const { name } of pageSamples(language).filter((sample) => sample.name.includes(wanted))) {
        await page.goto(gallery.url(name, language));
        if (name === 'app') await page.waitForSelector('#code');
        await page.evaluate('document.fonts.ready');
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}-${language}.png`), fullPage: true });
      }
      await context.close();
    }
  }
}
await browser.close();
gallery.stop();
console.log(folder);
