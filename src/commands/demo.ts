import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { makeDirectory } from '#src/storage/directory.ts';
import { requireProfile } from '#src/storage/installation.ts';
import { lookAtStore } from '#src/storage/look-at-store.ts';
import { type CommonOptions, refusing } from './command-context.ts';
import { type DemoSettings, demoSettings, requireFreePorts } from './demo-places.ts';
import { demoFolder, demoPeople, loadServiceSecrets, populate, type ServiceSecrets } from './demo-population.ts';
import { type Program, ProgramFailed, Programs } from './demo-programs.ts';
import { welcome } from './demo-welcome.ts';

const senid = fileURLToPath(new URL('../../bin/senid.js', import.meta.url));

const provider = ({ places: { issuer }, environment }: DemoSettings, config: string | undefined): Program => ({
  name: 'the provider',
  args: [senid, 'serve', ...(config === undefined ? [] : ['--config', config])],
  environment,
  readyAt: `${issuer}/readyz`,
});

function services({ places, settings }: DemoSettings, { portal, library, bankKeyFile }: ServiceSecrets): Program[] {
  const program = (name: 'portal' | 'library' | 'bank' | 'matcher' | 'agencies', own: Record<string, string>): Program => ({
    name: `the ${name}`,
    args: [join(demoFolder, name, 'main.ts')],
    environment: { DEMO_ISSUER: places.issuer, DEMO_PORT: new URL(places[name]).port, ...own },
    readyAt: `${places[name]}/healthz`,
  });
  return [
    program('portal', { DEMO_CLIENT_SECRET: portal, DEMO_CLAIMS_PREFIX: settings.claimsPrefix }),
    program('library', { DEMO_CLIENT_SECRET: library }),
    program('matcher', {}),
    program('agencies', {}),
    program('bank', { DEMO_CLIENT_KEY_FILE: bankKeyFile, DEMO_CLAIMS_PREFIX: settings.claimsPrefix }),
  ];
}

/** Resolves when the demo is asked to end. A terminal sends its signal to the children as well, and perhaps twice. */
const askedToEnd = (): Promise<'asked'> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('asked'));
  });

/** Runs the country in miniature until a signal comes or a part of it dies. */
async function runDemo(options: CommonOptions): Promise<void> {
  const demo = demoSettings(process.env, options.config);
  const { settings, places } = demo;
  const { name, mark } = await lookAtStore(settings);
  requireProfile(mark, settings.profile, name);
  makeDirectory(settings.dataDir);
  await requireFreePorts(places);
  const secrets = await loadServiceSecrets(settings.dataDir);
  await populate(settings, places, secrets);

  const asked = askedToEnd();
  const programs = new Programs();
  const everything = async (): Promise<void> => {
    await programs.start(provider(demo, options.config));
    await Promise.all(services(demo, secrets).map((program) => programs.start(program)));
    process.stdout.write(`${welcome(places, settings, demoPeople())}\nready\n`);
    await programs.ended;
  };
  try {
    await Promise.race([asked, everything()]);
  } catch (failure) {
    // a signal from a terminal reaches the children first
    const wasAsked = (await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 100))])) === 'asked';
    if (!(failure instanceof ProgramFailed)) throw failure;
    if (wasAsked) return;
    process.stderr.write(`senid demo: ${failure.message}; everything else is stopped too\n`);
    process.exitCode = 1;
  } finally {
    await programs.stop();
  }
}

/** `senid demo`: what `npm start` runs. */
export function registerDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('the whole country in miniature: provider, portal, bank, library, invented people')
    .action(refusing(async (_own: object, command: Command) => runDemo(command.optsWithGlobals<CommonOptions>())));
}
