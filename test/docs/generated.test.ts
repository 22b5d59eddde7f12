import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { documents } from '#scripts/write-docs.ts';

it.each(documents)('%s is what the code says (node scripts/write-docs.ts writes it)', (file, write) => {
  expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toBe(write());
});
