import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Chrome, PageModels, PageName } from './pages.ts';
import { escapeHtml, sentence } from './sentence.ts';
import { en } from './texts/en.ts';
import { vi } from './texts/vi.ts';

const texts = { vi, en };

export interface Renderer {
  render<Page extends PageName>(page: Page, model: PageModels[Page], chrome: Chrome): string;
}

/** Pages from `views/`: escaped by default, compiled once. */
export function createRenderer(assetUrl: (name: string) => string): Renderer {
  const eta = new Eta({
    views: fileURLToPath(new URL('../../views', import.meta.url)),
    cache: true,
    autoEscape: true,
    escapeFunction: escapeHtml,
  });
  return {
    render: (page, model, chrome) =>
      eta.render(`./pages/${page}`, { m: model, c: chrome, t: texts[chrome.language], asset: assetUrl, sentence }),
  };
}
