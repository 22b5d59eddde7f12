import type { Command } from 'commander';
import { answerFeedback, openFeedback } from '#src/feedback/answer-feedback.ts';
import { print, refusing, withApplication } from './command-context.ts';

type Options = Parameters<typeof withApplication>[0];

interface AnswerOptions extends Options {
  readonly text?: string;
}

async function list(options: Options): Promise<void> {
  const open = await withApplication(options, openFeedback);
  const listed = open.map(({ reference, at, text }) => ({ reference, at: new Date(at).toISOString(), text }));
  print(
    options,
    listed,
    listed.length === 0 ? ['nothing is open'] : listed.map(({ reference, at, text }) => `${reference}\t${at}\n${text}\n`),
  );
}

async function answer(reference: string, options: AnswerOptions): Promise<void> {
  await withApplication(options, (application) => answerFeedback(application, reference, options.text ?? ''));
  print(options, { reference, answered: true }, [`answered ${reference}`]);
}

/** `senid feedback …`: what people told the operator. */
export function registerFeedbackCommands(program: Command): void {
  const area = program.command('feedback').description('what people told us');
  area
    .command('list')
    .description('open messages, oldest first; whose they are is not said')
    .action(refusing((_own: object, command: Command) => list(command.optsWithGlobals())));
  area
    .command('answer <reference>')
    .description('answer a message, once')
    .requiredOption('--text <text>', 'what the person reads')
    .action(refusing((reference: string, _own: object, command: Command) => answer(reference, command.optsWithGlobals())));
}
