import { type Command, Option } from 'commander';
import type { Actor } from '#src/clients/actor.ts';
import type { ClientRegistry } from '#src/clients/registry.ts';
import type { Moved } from '#src/clients/review.ts';
import type { Stage } from '#src/clients/states.ts';
import { print, refusing, withApplication } from './command-context.ts';
import { because, type OperatorOptions, operatorOf, sayingWho } from './operator.ts';

interface StepOptions extends OperatorOptions {
  readonly seen?: string;
  readonly to?: Stage;
}

type TakeStep = (registry: ClientRegistry, id: string, by: Actor, options: StepOptions) => Promise<Partial<Moved>>;

interface Step {
  readonly verb: string;
  readonly description: string;
  readonly isReasonNeeded?: true;
  readonly isSubmission?: true;
  /** What was looked at has to be said. */
  readonly isSeenNeeded?: true;
  readonly take: TakeStep;
}

/** The steps of a service as one table: `senid clients VERB ID`. */
const steps: readonly Step[] = [
  {
    verb: 'submit',
    description: 'put the version that waits before the reviewers',
    isSubmission: true,
    take: (registry, id, by, options) => registry.submit(id, by, { to: options.to, ...because(options) }),
  },
  {
    verb: 'withdraw',
    description: 'take it back from them',
    take: (registry, id, by, options) => registry.withdraw(id, by, because(options)),
  },
  {
    verb: 'drop',
    description: 'forget the version that waits',
    take: (registry, id, by, options) => registry.drop(id, by, because(options)),
  },
  {
    verb: 'approve',
    description: 'let it work; not for whoever made, changed or submitted it',
    isSeenNeeded: true,
    take: (registry, id, by, options) => registry.approve(id, by, { version: options.seen, ...because(options) }),
  },
  {
    verb: 'refuse',
    description: 'give it back to its makers',
    isReasonNeeded: true,
    take: (registry, id, by, options) => registry.refuse(id, by, because(options)),
  },
  {
    verb: 'suspend',
    description: 'stop a service: its requests and tokens end within five seconds',
    take: (registry, id, by, options) => registry.suspend(id, by, because(options)),
  },
  {
    verb: 'resume',
    description: 'let a suspended service go on in the state it had',
    take: (registry, id, by, options) => registry.resume(id, by, because(options)),
  },
];

export function registerReviewCommands(clients: Command): void {
  for (const { verb, description, isReasonNeeded = false, isSubmission, isSeenNeeded, take } of steps) {
    const command = sayingWho(clients.command(`${verb} <id>`), { isReasonNeeded }).description(description);
    if (isSubmission === true) command.addOption(new Option('--to <stage>', 'what for').choices(['sandbox', 'production']));
    if (isSeenNeeded === true)
      command.requiredOption('--seen <version>', 'the version that you looked at, as `clients compare` prints it');
    command.action(
      refusing(async (id: string, _own: object, given: Command) => {
        const options = given.optsWithGlobals<StepOptions>();
        const moved = await withApplication(options, ({ registry }) => take(registry, id, operatorOf(options), options));
        print(options, moved, [moved.state === undefined ? `${id} has no version that waits` : `${id} is ${moved.state}`]);
      }),
    );
  }
}
