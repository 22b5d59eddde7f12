import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { DomainError } from '#src/kernel/domain-error.ts';
import { PhoneRefused } from '#src/phone/device-client.ts';
import { type PhoneState, readPhone, writePhone } from '#src/phone/phone-state.ts';
import {
  type ApprovalPayload,
  createVirtualPhone,
  enrolPhone,
  type OpenApproval,
  readPayload,
  type VirtualPhone,
} from '#src/phone/virtual-phone.ts';
import { makeDirectory } from '#src/storage/directory.ts';
import { type CommonOptions, print, refusing, settingsFor } from './command-context.ts';
import { consentLines, receiptLines, screen, signInLine } from './phone-screen.ts';
import { commandFront, quoted } from './printed-command.ts';

interface PhoneOptions extends CommonOptions {
  readonly state?: string;
  readonly issuer?: string;
  readonly name?: string;
  readonly password?: string;
  readonly number?: string;
  readonly face?: string;
  readonly grant?: string;
  readonly userVerification?: 'pin' | 'face' | 'fingerprint';
  readonly notMe?: boolean;
  readonly approve?: boolean;
  readonly claim?: string;
}

/** A phone opens no store, so where there is none it takes the settings of trying out. */
const phoneSettings = (options: PhoneOptions) => settingsFor(options, { withoutStore: 'development' });

async function stateFile({ state, ...options }: PhoneOptions): Promise<string> {
  return state ?? join((await phoneSettings(options)).dataDir, 'phone.json');
}

async function requirePhone(options: PhoneOptions): Promise<VirtualPhone> {
  const state = await stateFile(options);
  const phone: PhoneState | undefined = readPhone(state);
  if (phone === undefined) throw new DomainError('device_unknown', { detail: `no phone in ${state}; enrol one first` });
  return createVirtualPhone(phone);
}

/** How a command for this phone begins when it is printed. */
async function printedFront(options: PhoneOptions): Promise<string> {
  const front = `${commandFront(await phoneSettings(options))} phone`;
  return options.state === undefined ? front : `${front} --state ${quoted(resolve(options.state))}`;
}

async function show(options: PhoneOptions, approval: OpenApproval): Promise<void> {
  const payload = readPayload(approval);
  const lines = [`approval ${approval.id}`, ...screen(payload, await printedFront(options))];
  print(options, { id: approval.id, expires_at: approval.expires_at, payload }, lines);
}

async function enrol(code: string, options: PhoneOptions): Promise<void> {
  const state = await stateFile(options);
  // the code works once: first be sure of a place for what it gives
  makeDirectory(dirname(state));
  const issuer = options.issuer ?? (await phoneSettings(options)).issuer;
  const phone = await enrolPhone(issuer, code, {
    password: options.password,
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  writePhone(state, phone);
  print(options, { device_id: phone.deviceId, account: phone.account }, [
    `enrolled ${phone.deviceId} for ${phone.account.display_name} (level ${phone.account.identity_level})`,
  ]);
}

async function approve(id: string, options: PhoneOptions): Promise<void> {
  const phone = await requirePhone(options);
  if (options.face !== undefined) await phone.showFace(id, readFileSync(options.face));
  const granted = options.grant
    ?.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  await phone.decide(await phone.open(id), {
    decision: 'approve',
    number: options.number,
    granted,
    ...(options.userVerification === undefined ? {} : { userVerification: options.userVerification }),
  });
  print(options, { id, decision: 'approve' }, [`approved ${id}`]);
}

async function deny(id: string, options: PhoneOptions): Promise<void> {
  const phone = await requirePhone(options);
  const decision = options.notMe === true ? 'not-me' : 'deny';
  await phone.decide(await phone.open(id), { decision });
  print(options, { id, decision }, [`declined ${id}`]);
}

async function consents(id: string | undefined, options: PhoneOptions): Promise<void> {
  const phone = await requirePhone(options);
  if (id !== undefined) {
    const consent = await phone.consent(id);
    return print(options, consent, consent.receipts.flatMap(receiptLines));
  }
  const all = await phone.consents();
  print(options, all, all.length === 0 ? ['no service knows anything'] : all.flatMap(consentLines));
}

async function withdraw(id: string, options: PhoneOptions): Promise<void> {
  const { claim } = options;
  await (await requirePhone(options)).withdraw(id, claim);
  print(options, { id, ...(claim === undefined ? {} : { claim }), withdrawn: true }, [
    `withdrawn; what it covered leaves no more${claim === undefined ? ', and its tokens are dead' : ''}`,
  ]);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Says once of each sign-in in a new browser how to stop it. */
async function tellOfNewBrowsers(options: PhoneOptions, phone: VirtualPhone, told: Set<string>): Promise<void> {
  const news = (await phone.signIns()).filter(({ id, new_browser: isNew }) => isNew && !told.has(id));
  for (const signIn of news) {
    told.add(signIn.id);
    print(options, { sign_in: signIn }, [
      `signed in for the first time in a browser: ${signInLine(signIn)}`,
      `not you? ${await printedFront(options)} not-me ${signIn.id}`,
    ]);
  }
}

/** Says yes to everything that is shown; one that is refused is told, and the phone stays. */
async function approveShown(
  id: string,
  { claims, face_required: faceRequired }: ApprovalPayload,
  options: PhoneOptions,
): Promise<void> {
  const { face, ...plain } = options;
  try {
    await approve(id, {
      ...plain,
      ...(faceRequired && face !== undefined ? { face } : {}),
      grant: claims.map(({ name }) => name).join(','),
    });
  } catch (refusal) {
    if (!(refusal instanceof PhoneRefused)) throw refusal;
    print(options, { id, refused: refusal.code }, [`refused ${id}: ${refusal.message}`]);
  }
}

/** Shows what comes in, and with `--approve` says yes to what needs no number, as a person on the spot would. */
async function watch(options: PhoneOptions): Promise<void> {
  const phone = await requirePhone(options);
  const seen = new Set<string>();
  const told = new Set((await phone.signIns()).map(({ id }) => id));
  for (;;) {
    await tellOfNewBrowsers(options, phone, told);
    for (const { id } of await phone.list()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const approval = await phone.open(id);
      await show(options, approval);
      const payload = readPayload(approval);
      if (options.approve !== true) continue;
      if (payload.number_required)
        print(options, { id, waiting_for: 'number' }, [`needs a number: ${await printedFront(options)} approve ${id} --number NN`]);
      else if (payload.face_required && options.face === undefined)
        print(options, { id, waiting_for: 'face' }, [`needs a face: ${await printedFront(options)} approve ${id} --face FILE`]);
      else await approveShown(id, payload, options);
    }
    await pause(1000);
  }
}

const one = (work: (value: string, options: PhoneOptions) => Promise<void>) =>
  refusing((value: string, _own: object, command: Command) => work(value, command.optsWithGlobals()));
const none = (work: (options: PhoneOptions) => Promise<void>) =>
  refusing((_own: object, command: Command) => work(command.optsWithGlobals()));

/** `senid phone …`: a complete virtual phone. */
export function registerPhoneCommands(program: Command): void {
  const phone = program
    .command('phone')
    .description('a virtual phone on the device API')
    .option('--state <file>', "the phone's keys; default: phone.json in the data directory");
  phone
    .command('enrol <code>')
    .description('make this a phone of the account the code belongs to')
    .option('--issuer <url>', 'the provider')
    .option('--name <name>', 'what the phone is called')
    .option('--password <password>', 'asked for codes nobody vouched for')
    .action(one(enrol));
  phone
    .command('list')
    .description('what waits for an answer')
    .action(
      none(async (options) => {
        const waiting = await (await requirePhone(options)).list();
        print(options, waiting, waiting.length === 0 ? ['nothing waits for an answer'] : waiting.map(({ id }) => id));
      }),
    );
  phone
    .command('scan <qrtext>')
    .description('scan a QR and show what it asks')
    .action(one(async (text, options) => show(options, await (await requirePhone(options)).scan(text))));
  phone
    .command('approve <id>')
    .description('say yes')
    .option('--number <number>', 'the number on the other screen')
    .option('--face <file>', "a picture for the register's matcher, where the approval needs it")
    .option('--grant <claims>', 'claims to share, with commas')
    .option('--user-verification <kind>', 'pin, face or fingerprint')
    .action(one(approve));
  phone.command('deny <id>').description('say no').option('--not-me', 'and report that it was not you').action(one(deny));
  phone
    .command('sign-ins')
    .description('where this account signed in')
    .action(
      none(async (options) => {
        const signIns = await (await requirePhone(options)).signIns();
        print(options, signIns, signIns.length === 0 ? ['no sign-in yet'] : signIns.map(signInLine));
      }),
    );
  phone
    .command('not-me <sign-in>')
    .description('end every sign-in and token of this account, because that one was not you')
    .action(
      one(async (id, options) => {
        await (await requirePhone(options)).notMe(id);
        print(options, { id, reported: true }, [`ended every sign-in; ${id} is reported`]);
      }),
    );
  phone
    .command('consents [id]')
    .description('what services may know; with an id, how you decided and what you were shown')
    .action(
      refusing(async (id: string | undefined, _own: object, command: Command) =>
        consents(id, command.optsWithGlobals<PhoneOptions>()),
      ),
    );
  phone
    .command('withdraw <id>')
    .description('take a consent back, or everything of a service')
    .option('--claim <claim>', 'only this')
    .action(one(withdraw));
  phone
    .command('events')
    .description('what was done with your account, by whom and why')
    .action(
      none(async (options) => {
        const events = await (await requirePhone(options)).events();
        const lines = events.map(({ at, type, data }) => `${at}  ${type}  ${JSON.stringify(data)}`);
        print(options, events, lines.length === 0 ? ['nothing'] : lines);
      }),
    );
  phone
    .command('links')
    .description('which accounts of services are linked to you')
    .action(
      none(async (options) => {
        const links = await (await requirePhone(options)).links();
        const lines = links.map(
          ({ id, client_name: name, account, linked_at: at }) => `${id}  ${name.en}: ${account}, since ${at}`,
        );
        print(options, links, lines.length === 0 ? ['no account is linked'] : lines);
      }),
    );
  phone
    .command('unlink <id>')
    .description('end a link; the service is told')
    .action(
      one(async (id, options) => {
        await (await requirePhone(options)).unlink(id);
        print(options, { id, linked: false }, [`unlinked ${id}`]);
      }),
    );
  phone
    .command('watch')
    .description('show what comes in')
    .option('--approve', 'and say yes')
    .option('--face <file>', "a picture for the register's matcher, where an approval needs it")
    .action(none(watch));
}
