import { AppReset } from '../app/app-context.js';
import { commandsOf } from '../app/commands.js';
import { createOutput } from '../boot/output.js';
import { timings } from '../timings.js';
import type { NetworkDevice } from './device.js';
import { kernelVersion } from './linux-firmware.js';
import { runProgram } from './shell-programs.js';

/** Where a command's lines go, each without its end. */
export interface ShellOutput {
  out(line: string): void;
  error(line: string): void;
}

/** The gateway's shell, one for all who are logged in: commands of its firmware run one after the other. */
export interface Shell {
  /** Runs one line and resolves with its exit status; rejects when the signal aborts a program that waits. */
  run(line: string, to: ShellOutput, signal?: AbortSignal): Promise<number>;
}

/** Faster than any line, so that only work takes time. */
const networkBaudRate = 100_000_000;
const notFound = 127;

export function createShell(device: NetworkDevice): Shell {
  const { app, signal } = device;
  const startedAt = performance.now();
  let print: (line: string) => void = () => undefined;
  const send = (bytes: Uint8Array): void => {
    for (const line of Buffer.from(bytes).toString('utf8').split('\r\n').slice(0, -1)) print(line);
  };
  const output = createOutput(send, { baudRate: networkBaudRate, signal });
  const commands = commandsOf({ ...app, output });
  const builtIn: Record<string, () => string[]> = {
    uptime: () => [uptimeText(performance.now() - startedAt)],
    hostname: () => ['gateway'],
    whoami: () => ['root'],
    id: () => ['uid=0(root) gid=0(root)'],
    true: () => [],
    uname: () => ['Linux'],
    'uname -r': () => [kernelVersion],
    'uname -a': () => [`Linux gateway ${kernelVersion} #1 SMP armv7l GNU/Linux`],
    'cat /etc/os-release': () => osRelease(app.version),
    '': () => [],
  };

  /** What needs nothing of the firmware; undefined for another command. */
  const runSystem = (line: string, to: ShellOutput, until: AbortSignal): Promise<number> | undefined => {
    const lines = echoed(line) ?? builtIn[line]?.();
    if (lines !== undefined) {
      for (const each of lines) to.out(each);
      return Promise.resolve(0);
    }
    if (line === 'reboot') {
      device.restart(timings.softwareReset);
      return Promise.resolve(0);
    }
    return runProgram(line, to, until);
  };
  const runFirmware = async (line: string, to: ShellOutput): Promise<number> => {
    const name = app.program.commands.find((each) => line === each || line.startsWith(`${each} `));
    if (name === undefined) {
      to.error(`sh: ${line.split(' ')[0]}: not found`);
      return notFound;
    }
    print = (text) => to.out(text);
    output.catchUp();
    const failure = await commands[name](line.slice(name.length).trim());
    await output.settle();
    if (failure !== undefined) to.error(`${name}: ${failure}`);
    return failure === undefined ? 0 : 1;
  };

  let last: Promise<unknown> = Promise.resolve();
  return {
    run(line, to, caller) {
      const until = caller ? AbortSignal.any([signal, caller]) : signal;
      const found = runSystem(line.trim(), to, until);
      if (found) return found;
      const mine = last.then(() => runFirmware(line.trim(), to)).catch(resetting);
      last = mine.catch(() => undefined);
      return mine;
    },
  };

  function resetting(thrown: unknown): number {
    if (!(thrown instanceof AppReset)) throw thrown;
    device.restart(0);
    return 1;
  }
}

/** `echo` with plain words or one quoted text. */
function echoed(line: string): string[] | undefined {
  const said = /^echo(?: +(["']?)(.*)\1)?$/.exec(line);
  return said === null ? undefined : [said[2] ?? ''];
}

function uptimeText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return ` up ${minutes} min,  load average: 0.08, 0.03, 0.01`;
}

function osRelease(version: string): string[] {
  return ['NAME="Gateway OS"', 'ID=gateway', `VERSION_ID=${version}`, `PRETTY_NAME="Gateway OS ${version}"`];
}
