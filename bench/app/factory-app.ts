import type { FactoryCommand } from '../../firmware/factory-app.js';
import type { ResetCause } from '../boot/rom-texts.js';
import { loads } from '../supply.js';
import { AppReset, type AppContext } from './app-context.js';
import { commandsOf } from './commands.js';
import { createLineInput, type LineInput } from './line-input.js';
import { panic } from './panic.js';

/**
 * Runs the factory test firmware of a program: its start, then a console without prompt or echo, whose answers end with
 * `OK` or `ERROR: <why>`. Resolves with the cause when the application resets the chip, and rejects when the signal aborts.
 */
export async function runFactoryApp(app: AppContext, onReady: () => void): Promise<ResetCause> {
  try {
    const input = createLineInput(app.onReceive);
    app.setLoad(loads.app);
    await start(app);
    onReady();
    return await converse(app, input);
  } catch (thrown) {
    if (thrown instanceof AppReset) return thrown.resetCause;
    throw thrown;
  }
}

async function start({ program, version, output }: AppContext): Promise<void> {
  const readyAt = output.ms + program.readyAfterMs;
  output.print(`${program.project} ${version}`);
  const share = program.readyAfterMs / (program.bootLines.length + 1);
  for (const line of program.bootLines) {
    output.work(share / 2);
    output.print(stamped(line, output.ms));
    await output.settle();
  }
  output.work(Math.max(0, readyAt - output.ms));
  output.print(program.ready);
  await output.settle();
}

/** A log line of the program with the time at which this board prints it. */
function stamped(line: string, ms: number): string {
  return line.replace(/^([IWEDV]) \(\d+\)/, `$1 (${Math.round(ms)})`);
}

async function converse(app: AppContext, input: LineInput): Promise<never> {
  const { panicAfterMs } = app.faults;
  if (panicAfterMs === undefined) return answerLines(app, input);
  const crash = AbortSignal.timeout(panicAfterMs);
  try {
    return await answerLines({ ...app, signal: AbortSignal.any([app.signal, crash]) }, input);
  } catch (thrown) {
    if (app.signal.aborted || !crash.aborted) throw thrown;
    return panic(app);
  }
}

async function answerLines(app: AppContext, input: LineInput): Promise<never> {
  const { output, signal, program } = app;
  const commands = commandsOf(app);
  const longestFirst = [...program.commands].sort((a, b) => b.length - a.length);
  for (;;) {
    const line = await input.next(signal);
    output.catchUp();
    const name = longestFirst.find((command) => line === command || line.startsWith(`${command} `));
    const failure = name === undefined ? unknown(line) : await commands[name](argsOf(line, name));
    output.print(failure === undefined ? 'OK' : `ERROR: ${failure}`);
    await output.settle(signal);
  }
}

function argsOf(line: string, name: FactoryCommand): string {
  return line.slice(name.length).trim();
}

function unknown(line: string): string {
  const shown = line.slice(0, 40).replace(/[^\x20-\x7e]/g, '?');
  return `unknown command '${shown}'; try help`;
}
