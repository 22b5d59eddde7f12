import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Chrome, PageModels, PageName } from './pages.ts';
import { escapeHtml, sentence } from './sentence.ts';
import { accountEn } from './texts/account-en.ts';
import { accountVi } from './texts/account-vi.ts';
import { consoleEn } from './texts/console-en.ts';
import { consoleVi } from './texts/console-vi.ts';
import { en } from './texts/en.ts';
import { momentIn } from './texts/moment.ts';
import { vi } from './texts/vi.ts';

const texts = { vi, en };
/** The words of the console and of the account pages, apart from those that everybody reads. */
const consoleTexts = { vi: consoleVi, en: consoleEn };
const accountTexts = { vi: accountVi, en: accountEn };
const views = fileURLToPath(new URL('../../views', import.meta.url));

export interface Renderer {
  render<Page extends PageName>(page: Page, model: PageModels[Page], chrome: Chrome): string;
}

/** Compiles every template now, so that one that doesn't compile stops the start and not somebody's sign-in. */
function compileAll(eta: Eta): void {
  for (const entry of readdirSync(views, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.eta')) continue;
    const path = eta.resolvePath(`/${relative(views, join(entry.parentPath, entry.name))}`);
    eta.templatesSync.define(path, eta.compile(eta.readFile(path)));
  }
}

/** Pages from `views/`: escaped by default, compiled at once. @throws {EtaError} when a template is malformed */
export function createRenderer(assetUrl: (name: string) => string): Renderer {
  const eta = new Eta({ views, cache: true, autoEscape: true, escapeFunction: escapeHtml });
  compileAll(eta);
  return {
    render: (page, model, chrome) =>
      eta.render(`./pages/${page}`, {
        m: model,
        c: chrome,
        t: texts[chrome.language],
        w: consoleTexts[chrome.language],
        a: accountTexts[chrome.language],
        moment: (at: number) => momentIn(chrome.language, at),
        asset: assetUrl,
        sentence,
      }),
  };
}
