import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { loadSettings } from '#config/load.ts';
import type { DatedPolicies } from '#config/policy.ts';
import { readPerson } from '#src/accounts/import-person.ts';
import { openAccount } from '#src/accounts/open-account.ts';
import type { Clock } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type RunningServer, serve } from '#src/serve.ts';

export const evidence = { kind: 'in-person', place: 'Công an phường Mẫu', date: '2026-01-15', officer: 'officer-0001' };

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export interface TestProvider extends RunningServer {
  readonly issuer: string;
  readonly dataDir: string;
  addPerson(line: object): Promise<AccountId>;
}

/** The real provider on a port of its own, with a store of its own. */
export async function startProvider(
  options: {
    readonly clock?: Clock;
    readonly logger?: Logger;
    readonly environment?: Record<string, string>;
    readonly wrongEntryAfterMs?: number;
    readonly policies?: DatedPolicies;
    readonly telemetry?: Record<string, string>;
  } = {},
): Promise<TestProvider> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'senid-test-'));
  // one of several processes has the address of what stands before them
  const issuer = options.environment?.['SENID_ISSUER'] ?? `http://localhost:${port}`;
  const environment = {
    SENID_PROFILE: 'test',
    SENID_ISSUER: issuer,
    SENID_PORT: String(port),
    SENID_DATA_DIR: dataDir,
    ...options.environment,
  };
  const running = await serve(loadSettings(environment), {
    ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
    wrongEntryAfterMs: options.wrongEntryAfterMs ?? 0,
    logger: options.logger ?? pino({ level: process.env['SENID_TEST_LOG'] ?? 'silent' }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.policies === undefined ? {} : { policies: options.policies }),
  });
  return {
    ...running,
    issuer,
    dataDir,
    addPerson: async (line) =>
      openAccount(running.application, await readPerson(line, running.application, { defaultEvidence: evidence, hash: true })),
    async stop() {
      await running.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
