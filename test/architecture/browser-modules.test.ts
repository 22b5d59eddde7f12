import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../views/public/app/', import.meta.url));
const read = (name: string): string => readFileSync(folder + name, 'utf8');

/** Nobody compiles what browsers load: a name that is not there would stop the whole phone. */
describe('the scripts of the web phone', () => {
  const words = (names: string): string[] =>
    names
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean);
  const exported = (name: string): Set<string> =>
    new Set(
      [...read(name).matchAll(/^export (?:async )?(?:function|const|class) (?:(\w+)|\{([^}]+)\})/gm)].flatMap(([, one, several]) =>
        words(one ?? several ?? ''),
      ),
    );

  it.each(readdirSync(folder).filter((name) => name.endsWith('.js')))('%s imports what there is', (name) => {
    const imports = [...read(name).matchAll(/import \{([^}]+)\} from '\.\/([\w-]+\.js)'/g)];
    const missing = imports.flatMap(([, names = '', from = '']) =>
      words(names)
        .filter((each) => !exported(from).has(each))
        .map((each) => `${each} of ${from}`),
    );
    expect(missing).toEqual([]);
  });
});
