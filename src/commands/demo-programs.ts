import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

export interface Program {
  readonly name: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Answers 200 when the program is ready. */
  readonly readyAt: string;
}

/** A part of the demo that ended by itself, or never became ready. */
export class ProgramFailed extends Error {}

const readyWithinMs = 30_000;
const killedAfterMs = 8000;

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

/** The demo's child processes: they start and end together. */
export class Programs {
  readonly #children: ChildProcess[] = [];
  readonly #inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SENID_')));
  /** Rejects with {@link ProgramFailed} as soon as one of them ends before `stop`. */
  readonly ended: Promise<never>;
  #reportEnd: (failure: ProgramFailed) => void = () => undefined;
  #isStopping = false;

  constructor() {
    this.ended = new Promise<never>((_, reject) => {
      this.#reportEnd = reject;
    });
    // awaited by the one who runs the demo, perhaps later than it happens
    this.ended.catch(() => undefined);
  }

  /** Starts a program and waits until it answers. @throws {ProgramFailed} */
  async start({ name, args, environment, readyAt }: Program): Promise<void> {
    if (this.#isStopping) throw new ProgramFailed(`${name} was not started any more`);
    const env = { ...this.#inherited, ...environment };
    const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('exit', () => this.#reportEnd(new ProgramFailed(`${name} ended`)));
    this.#children.push(child);
    for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline && isRunning(child); await pause(50)) {
      const answer = await fetch(readyAt).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.status === 200) return;
    }
    throw new ProgramFailed(`${name} ${isRunning(child) ? `does not answer at ${readyAt}` : 'ended before it was ready'}`);
  }

  /** Ends them all and waits until they have; the stubborn are killed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const running = this.#children.filter(isRunning);
    const ended = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of running) child.kill('SIGTERM');
    const stubborn = setTimeout(() => running.map((child) => child.kill('SIGKILL')), killedAfterMs);
    await Promise.all(ended);
    clearTimeout(stubborn);
  }
}
