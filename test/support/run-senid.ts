import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';

export const senidBin = fileURLToPath(new URL('../../bin/senid.js', import.meta.url));

export interface Ran {
  readonly code: number;
  /** What `--json` printed. */
  readonly json: unknown;
  readonly out: string;
  readonly err: string;
}

/** Runs `senid …` with this environment and no other setting, and gives what it printed and how it ended. */
export function runSenid(args: readonly string[], { cwd, ...environment }: Record<string, string>): Promise<Ran> {
  return new Promise((resolve) => {
    const command = spawn(process.execPath, [senidBin, ...args], {
      env: childEnvironment(environment),
      timeout: 60_000,
      ...(cwd === undefined ? {} : { cwd }),
    });
    let [out, err] = ['', ''];
    command.stdout.on('data', (text: Buffer) => (out += text.toString()));
    command.stderr.on('data', (text: Buffer) => (err += text.toString()));
    command.once('close', (code) =>
      resolve({ code: code ?? -1, out, err, json: args.includes('--json') && out !== '' ? JSON.parse(out) : undefined }),
    );
  });
}
