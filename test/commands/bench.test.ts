import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { programOf } from '#src/commands/bench.ts';
import { refusalOf } from '#src/commands/refusals.ts';
import { runSenid } from '#test/support/run-senid.ts';

it('senid bench runs every operation of a day, and gives what each cost as JSON', async () => {
  const sizes = ['--seconds', '2', '--rounds', '1', '--concurrency', '2'];
  const { code, json, err } = await runSenid(['bench', 'mixed-day', ...sizes, '--json'], {});
  expect(err).toBe('');
  expect(code).toBe(0);
  const { rows } = json as { rows: { scenario: string; senid: { serverMs: number } }[] };
  expect(rows.map(({ scenario }) => scenario)).toEqual(['mixed-day']);
  expect(rows[0]?.senid.serverMs).toBeGreaterThan(0);
});

it('senid bench names the scenarios that there are', async () => {
  const { code, err } = await runSenid(['bench', 'everything'], {});
  expect(code).toBe(2);
  expect(err).toMatch(/no scenario everything; there are .*mixed-day/);
});

it('senid bench says where to run it when SenID is installed without its benchmark', () => {
  let refusal: ReturnType<typeof refusalOf>;
  try {
    programOf('sso', tmpdir());
  } catch (thrown) {
    refusal = refusalOf(thrown);
  }
  expect(refusal).toEqual({ code: 'bench_missing', detail: expect.stringContaining('a checkout of SenID') });
});
