import type { Command } from 'commander';
import { refusing } from './command-context.ts';

export function registerDemoCommand(program: Command): void {
  program.command('demo').action(refusing(async () => {}));
}
