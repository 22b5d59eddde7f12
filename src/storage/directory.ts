import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SettingsError } from '#config/load.ts';

function make(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  make(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isThere = statSync(path, { throwIfNoEntry: false });
    if (isThere?.isDirectory()) return;
    throw new SettingsError(`${path} ${isThere === undefined ? `cannot be made (${code})` : 'is not a directory'}`);
  }
}

/**
 * Makes a directory for its owner alone, with what is missing above it. Step by step: Node's own `recursive` never ends where the system
 * says ENOENT to a new name, as `/proc` does.
 * @throws {SettingsError}
 */
export function makeDirectory(path: string): void {
  try {
    make(resolve(path));
  } catch (refused) {
    if (!(refused instanceof SettingsError)) throw refused;
    throw new SettingsError(`the directory ${path} cannot be used: ${refused.message}; SENID_DATA_DIR chooses another`);
  }
}
