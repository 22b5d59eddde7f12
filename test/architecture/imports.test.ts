import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'src');

/** Which folder may import from which; what is not listed is refused. `config/` is data that everybody may read. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  hashing: ['kernel'],
  accounts: ['kernel', 'hashing'],
  clients: ['kernel'],
  // enrolling a device changes its account
  devices: ['kernel', 'accounts'],
  assurance: ['kernel', 'accounts'],
  // words on their way out; others bring the ways
  outbox: ['kernel'],
  documents: ['kernel', 'accounts', 'outbox'],
  consent: ['kernel', 'accounts', 'clients', 'assurance', 'outbox', 'documents'],
  links: ['kernel', 'accounts', 'clients', 'outbox'],
  passkeys: ['kernel', 'accounts', 'assurance'],
  biometrics: ['kernel'],
  payments: ['kernel'],
  staff: ['kernel', 'accounts', 'clients'],
  feedback: ['kernel', 'accounts'],
  'area-sessions': ['kernel', 'accounts', 'assurance'],
  approvals: ['kernel', 'accounts', 'devices', 'assurance', 'biometrics', 'outbox'],
  'time-stamps': ['kernel', 'approvals', 'outbox'],
  'sign-in': ['kernel', 'accounts', 'clients', 'devices', 'assurance', 'documents', 'consent', 'approvals'],
  // what a service asks by itself is shown and assessed as a sign-in is
  backchannel: ['kernel', 'accounts', 'clients', 'devices', 'assurance', 'consent', 'approvals', 'payments', 'outbox', 'sign-in'],
  oidc: [
    'kernel',
    'accounts',
    'clients',
    'assurance',
    'documents',
    'consent',
    'approvals',
    'outbox',
    'links',
    'sign-in',
    'backchannel',
  ],
  errors: [
    'kernel',
    'accounts',
    'clients',
    'devices',
    'passkeys',
    'documents',
    'approvals',
    'consent',
    'outbox',
    'links',
    'backchannel',
    'staff',
    'feedback',
  ],
  web: [
    'kernel',
    'accounts',
    'clients',
    'devices',
    'assurance',
    'documents',
    'consent',
    'links',
    'passkeys',
    'approvals',
    'sign-in',
    'backchannel',
    'staff',
    'feedback',
    'hashing',
    'area-sessions',
    'oidc',
    'errors',
    'observation',
  ],
  // the list of collections names each folder's declarations; the engines know the kernel alone
  storage: [
    'kernel',
    'background',
    'accounts',
    'clients',
    'devices',
    'approvals',
    'documents',
    'consent',
    'payments',
    'outbox',
    'links',
    'passkeys',
    'sign-in',
    'backchannel',
    'staff',
    'feedback',
    'area-sessions',
    'oidc',
  ],
  background: ['kernel'],
  observation: ['kernel', 'clients'],
  phone: [],
};
const domain = [
  'kernel',
  'accounts',
  'clients',
  'devices',
  'assurance',
  'outbox',
  'documents',
  'consent',
  'links',
  'passkeys',
  'biometrics',
  'payments',
  'time-stamps',
  'approvals',
  'sign-in',
  'backchannel',
  'staff',
  'feedback',
  'area-sessions',
];

const filesBelow = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) =>
    statSync(join(folder, name)).isDirectory() ? filesBelow(join(folder, name)) : name.endsWith('.ts') ? [join(folder, name)] : [],
  );
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, target]) => target ?? '');

function folderOf(file: string, target: string): string | undefined {
  const path = target.startsWith('#src/')
    ? join(source, target.slice(5))
    : target.startsWith('.')
      ? resolve(dirname(file), target)
      : undefined;
  return path?.startsWith(source) ? relative(source, path).split('/')[0] : undefined;
}

const files = filesBelow(source).map((file) => ({
  file,
  name: relative(root, file),
  folder: relative(source, file).split('/')[0] ?? '',
  imports: importsOf(file),
}));

describe('who may import whom', () => {
  it('sees the whole tree', () => {
    expect(files.length).toBeGreaterThan(120);
    expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(400);
  });

  it.each(Object.entries(allowed))('%s imports only %j', (folder, others) => {
    const wrong = files
      .filter((each) => each.folder === folder)
      .flatMap(({ file, name, imports }) =>
        imports
          .filter((target) => ![undefined, folder, ...others].includes(folderOf(file, target)))
          .map((target) => `${name} → ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it('the engines of the store know the kernel alone', () => {
    const wrong = files
      .filter(({ name }) => name.startsWith('src/storage/') && name !== 'src/storage/collections.ts')
      .flatMap(({ file, name, imports }) =>
        imports
          .filter((target) => ![undefined, 'kernel', 'storage'].includes(folderOf(file, target)))
          .map((target) => `${name} → ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it('domain folders know no web framework, no provider library, no clock, no environment and no randomness of their own', () => {
    const foreign = /^(koa|@koa\/|oidc-provider|mongoose|node:http|node:fs|pino)/;
    const wrong = files
      .filter(({ folder }) => domain.includes(folder))
      .flatMap(({ file, name, imports }) => {
        const text = readFileSync(file, 'utf8');
        const isSource = name === 'src/kernel/clock.ts' || name === 'src/kernel/random.ts';
        const ownSources = isSource
          ? []
          : [...text.matchAll(/Date\.now\(|new Date\(\)|Math\.random|randomBytes|randomUUID|process\.env/g)].map(
              ([match]) => match,
            );
        return [...imports.filter((target) => foreign.test(target)), ...ownSources].map((found) => `${name}: ${found}`);
      });
    expect(wrong).toEqual([]);
  });

  it('nothing in src imports the demo, a test or a barrel', () => {
    const wrong = files.flatMap(({ name, imports }) =>
      imports.filter((target) => /#demo|#test|\/demo\/|index\.ts$/.test(target)).map((target) => `${name} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('no file has a name that says nothing', () => {
    expect(
      files.map(({ name }) => name).filter((name) => /(utils?|helpers?|common|misc|manager|service|index)\.ts$/.test(name)),
    ).toEqual([]);
  });

  it('every folder says in its README what it is', () => {
    const folders = [...new Set(files.map(({ folder }) => folder))].filter((folder) => !folder.endsWith('.ts'));
    const missing = folders.filter((folder) => !readdirSync(join(source, folder)).includes('README.md'));
    expect(missing).toEqual([]);
  });

  it('templates put raw HTML in only for bodies, partials and sentences that escape their values', () => {
    const views = join(root, 'views');
    const templates = (folder: string): string[] =>
      readdirSync(folder).flatMap((name) =>
        statSync(join(folder, name)).isDirectory()
          ? templates(join(folder, name))
          : name.endsWith('.eta')
            ? [join(folder, name)]
            : [],
      );
    const raw = templates(views).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/<%~\s*([^%]*)%>/g)].map(([, code]) => code?.trim() ?? ''),
    );
    expect(raw.length).toBeGreaterThan(15);
    expect(raw.filter((code) => !/^(it\.body|include\('\/partials\/[a-z-]+', .*\)|it\.sentence\(.*\))$/.test(code))).toEqual([]);
    const inline = templates(views).filter((file) => /<script>|<style|\sstyle=|\son[a-z]+=/.test(readFileSync(file, 'utf8')));
    expect(inline).toEqual([]);
  });
});
