import { resolve } from 'node:path';
import { loadSettings, type Settings } from '#config/load.ts';

/** A word as a shell takes it. */
export const quoted = (text: string): string => (/^[\w./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The front of a command line that works as it is printed: the settings that moved data or ports, then `npx senid`. */
export function commandFront({ dataDir, demoPort }: Pick<Settings, 'dataDir' | 'demoPort'>): string {
  const usual = loadSettings({ SENID_PROFILE: 'development' });
  return [
    ...(dataDir === usual.dataDir ? [] : [`SENID_DATA_DIR=${quoted(resolve(dataDir))}`]),
    ...(demoPort === usual.demoPort ? [] : [`SENID_DEMO_PORT=${demoPort}`]),
    'npx senid',
  ].join(' ');
}
