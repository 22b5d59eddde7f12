import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** One of the demo's systems outside as a process of its own, with faults to switch on. */
export async function startDemoProgram(name: 'matcher' | 'agencies') {
  const main = fileURLToPath(new URL(`../../demo/${name}/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, DEMO_PORT: '0' } });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const address = `http://localhost:${/ready (\d+)/.exec(String(line))?.[1]}`;
  return {
    address,
    faults: (faults: object) => fetch(`${address}/faults`, { method: 'PUT', body: JSON.stringify(faults) }),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
