import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../clean-environment.js';

const script = (name: string) => fileURLToPath(new URL(`vm/${name}`, import.meta.url));
const install = 'sh tests/kernel/vm/setup.sh';

export interface VmOptions {
  /** Of this machine's clock, start of the virtual machine included; then it is killed and the exit code is 124. */
  timeoutMs: number;
  /** Added to this process' environment, which the command gets too. */
  env?: Record<string, string>;
  /** Memory of the machine; what it writes lies in there too. 2048 unless told; a whole station needs 4096. */
  megabytes?: number;
  /** Gets what the command writes to `$VM_OUT`. */
  keep?: string;
  /** Gets the output as it comes. */
  onOutput?: (text: string) => void;
}

/** How a command in the virtual machine ended. */
export interface VmResult {
  /** The command's; 124 after the deadline, 125 when the machine failed. */
  exitCode: number;
  /** What it printed, both streams in order. */
  output: string;
}

/** Runs a shell command as root on a real kernel: `vm/run.sh` says what it sees there. */
export async function runInVm(command: string, options: VmOptions): Promise<VmResult> {
  const { timeoutMs, env = {}, megabytes = 2048, keep, onOutput = () => undefined } = options;
  const args = ['-t', String(Math.ceil(timeoutMs / 1000)), '-m', String(megabytes), command];
  const child = spawn('sh', [script('run.sh'), ...args], {
    env: { ...cleanEnvironment(), ...env, ...(keep !== undefined && { VM_KEEP: keep }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput(text);
    });
  }
  const end = () => void child.kill('SIGTERM');
  process.once('exit', end);
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode: exitCode ?? 125, output };
  } finally {
    process.off('exit', end);
    end();
  }
}

/**
 * Why tests on a real kernel are skipped, with what installs the rest; false when all is there. Throws when it must be there
 * (`RIG_TOOLS=required`).
 */
export function vmMissing(): string | false {
  const { status, stdout } = spawnSync('sh', [script('setup.sh'), 'check'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status === 0) return false;
  const why = `needs a virtual machine with a real kernel (${stdout.trim()}): ${install}`;
  if (process.env['RIG_TOOLS'] === 'required') throw new Error(`${why}, and RIG_TOOLS=required is set`);
  return why;
}
