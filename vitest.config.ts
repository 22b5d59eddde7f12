import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// most of the time of a started process goes into its modules: workers, and what they start, take them from here
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('.cache/compiled', import.meta.url));

const shared = {
  pool: 'forks',
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // what is waited for must come; how soon is the machine's matter
  expect: { poll: { timeout: 15_000 } },
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: ['test/drills/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // afterwards and one at a time: they look at how long others wait
        test: { ...shared, name: 'drills', include: ['test/drills/**/*.test.ts'], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
