#!/usr/bin/env node
// Runs the command line with Node 24 also when the caller's Node is older: the package `node` brings one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const main = at('src/main.ts');
const bundled = at(`node_modules/.bin/node${process.platform === 'win32' ? '.cmd' : ''}`);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 24 || (major === 24 && minor >= 12);

function runWithBundledNode() {
  const child = spawn(bundled, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

if (!existsSync(at('node_modules/commander')) || !(isNewEnough || existsSync(bundled))) {
  console.error('SenID is not installed yet: run `npm start` or `npm ci` first.');
  process.exitCode = 2;
} else if (isNewEnough) {
  const { run } = await import(new URL('../src/main.ts', import.meta.url).href);
  await run(process.argv.slice(2));
} else runWithBundledNode();
