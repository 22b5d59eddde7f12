// Runs before `npm start` and `npm test`, by whatever Node the machine has: installs what is locked when it is not there yet.
const { spawnSync } = require('node:child_process');
const { existsSync, statSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const installed = join(root, 'node_modules', '.package-lock.json');
const locked = join(root, 'package-lock.json');
const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

function isCurrent() {
  return existsSync(installed) && existsSync(node) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs;
}

if (!isCurrent()) {
  console.error('SenID: installing what is locked in package-lock.json …');
  // npm warns of packages that want a newer Node than the caller's; the one that runs them comes along
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status === null ? 1 : status);
  if (!existsSync(node)) {
    console.error(
      'SenID: Node 24 was not installed with the packages. Allow the install script of the package `node`, or run with Node 24.12 or newer.',
    );
    process.exit(1);
  }
}
