#!/usr/bin/env node
// Runs the command line with Node 24 also when the caller's Node is older (the package `node` brings one), and a server with a small heap.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const main = at('src/main.ts');
const bundled = at(`node_modules/.bin/node${process.platform === 'win32' ? '.cmd' : ''}`);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 24 || (major === 24 && minor >= 12);

// Left alone, Node lets the heap grow with the machine instead of with what is alive, and glibc keeps what each thread has freed. Both are
// read when a process begins and can't be set later; somebody's own choice stands.
const smallHeap = JSON.parse(readFileSync(at('bin/small-heap.json'), 'utf8'));
const hasOwnHeap = [...process.execArgv, process.env.NODE_OPTIONS].some((given) => /semi.space|heap.growing/.test(given ?? ''));
const isServer = process.argv.includes('serve') && !hasOwnHeap;
const args = [...process.execArgv, ...(isServer ? smallHeap.flags : []), main, ...process.argv.slice(2)];
const environment = isServer ? { ...smallHeap.environment, ...process.env } : process.env;

/** As a process of its own, whose signals and end are this one's. */
function runBeside(node) {
  const child = spawn(node, args, { stdio: 'inherit', env: environment });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** In the place of this process where the system can do that: the same process id, its signals and its end. */
function runInstead() {
  if (process.execve === undefined || process.platform === 'win32') return runBeside(process.execPath);
  process.execve(process.execPath, [process.execPath, ...args], environment);
}

if (!existsSync(at('node_modules/commander')) || !(isNewEnough || existsSync(bundled))) {
  console.error('SenID is not installed yet: run `npm start` or `npm ci` first.');
  process.exitCode = 2;
} else if (!isNewEnough) runBeside(bundled);
else if (isServer) runInstead();
else {
  const { run } = await import(new URL('../src/main.ts', import.meta.url).href);
  await run(process.argv.slice(2));
}
