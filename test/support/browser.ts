import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Chromium by `CHROMIUM`, or on the PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && existsSync(named)) return named;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      // the next name
    }
  }
  return undefined;
}

/** Says whether browser tests can run here. Without Chromium they are skipped; in CI that is a failure. */
export function canBrowse(): boolean {
  if (findChromium() !== undefined) return true;
  if (process.env['CI'] === 'true') throw new Error('Chromium is missing: set CHROMIUM or install it (.ci/run does)');
  console.warn('browser tests skipped: no Chromium (set CHROMIUM or put it on the PATH)');
  return false;
}

export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium() ?? '',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}
