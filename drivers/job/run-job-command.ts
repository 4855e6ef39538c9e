import type { Client } from 'ssh2';
import { RigError } from '../../core/errors.js';
import { judge, type Measurement } from '../../core/measurement.js';
import { compilePattern } from '../console/pattern.js';
import { quoted } from '../console/quoted.js';
import { runOverSsh, type CommandEnd, type OutputStream } from '../network/ssh-command.js';
import { openOutputFile, type OutputFile } from './output-file.js';
import { createOutputLines } from './output-lines.js';

/** One command of a job. */
export interface JobCommand {
  name: string;
  run: string;
  /** Regular expression that a line of what it prints must match. */
  expected?: string;
  timeoutMs: number;
}

export interface RunJobCommandOptions {
  client: Client;
  /** The device, for messages. */
  where: string;
  /** Absolute path, without `.txt`: what the command prints goes to `<path>.txt`, what it prints on its error output to `<path>.stderr.txt`, if that is anything. */
  outputPath: string;
  /** Name of the open step, for the measurements. */
  step: string;
  onMeasurement: (measurement: Measurement) => void;
  signal?: AbortSignal;
}

/** More than any report; a command that prints without end must not fill the disk. */
const mostBytes = 64 * 1024 * 1024;
const linesQuoted = 10;

/**
 * Runs a command of a job on a device, keeps what it prints, and measures its exit code, which must be 0, and whether a line matches. Throws, as the DUT's:
 * JOB_COMMAND_FAILED, JOB_OUTPUT_MISSING, JOB_TIMEOUT, CONNECTION_LOST; as the rig's: DISK_WRITE_FAILED; as the batch file's: CONFIG_INVALID.
 */
export async function runJobCommand(command: JobCommand, options: RunJobCommandOptions): Promise<void> {
  const { outputPath, step, onMeasurement } = options;
  const pattern =
    command.expected === undefined
      ? undefined
      : compilePattern(command.expected, `expected of the command ${command.name}`);
  const heard = await openHeard(outputPath, pattern);
  let end: CommandEnd;
  try {
    end = await runHeard(command, heard, options);
  } finally {
    await heard.finish();
  }
  const measured = (what: string, value: Measurement['value'], equals: number | boolean) => {
    const limits = { equals };
    const name = `${snakeCase(command.name)}_${what}`;
    onMeasurement({ name, value, unit: '', limits, result: judge(value, limits), step });
  };
  const { exitCode, signal } = end;
  measured('exit_code', exitCode ?? (signal === undefined ? 'none' : `signal ${signal}`), 0);
  if (pattern) measured('expected', heard.isMatched, true);
  if (exitCode !== 0) {
    throw new RigError('JOB_COMMAND_FAILED', `"${command.run}" ${endText(end)}; ${heard.lastLines()}`, {
      details: { exitCode },
    });
  }
  if (pattern && !heard.isMatched) {
    const what = `"${command.run}" printed no line like /${command.expected}/`;
    throw new RigError('JOB_OUTPUT_MISSING', `${what}; ${heard.lastLines()}`);
  }
}

function runHeard(
  { run, timeoutMs }: JobCommand,
  heard: Heard,
  { client, where, signal }: RunJobCommandOptions,
): Promise<CommandEnd> {
  let sizeBytes = 0;
  return runOverSsh(client, run, {
    where,
    timeoutMs,
    ...(signal && { signal }),
    onTimeout: () => {
      const what = `"${run}" did not end within ${timeoutMs / 1000} s`;
      return new RigError('JOB_TIMEOUT', `${what}; ${heard.lastLines()}`);
    },
    async onOutput(stream, bytes) {
      sizeBytes += bytes.length;
      await heard.take(stream, bytes);
      if (sizeBytes <= mostBytes) return;
      const what = `"${run}" printed more than ${mostBytes / 2 ** 20} MiB and was stopped`;
      throw new RigError('JOB_COMMAND_FAILED', `${what}; ${heard.lastLines()}`);
    },
  });
}

/** What a command printed, as far as it got. */
interface Heard {
  take(stream: OutputStream, bytes: Buffer): Promise<void>;
  readonly isMatched: boolean;
  /** For messages. */
  lastLines(): string;
  finish(): Promise<void>;
}

async function openHeard(path: string, pattern: RegExp | undefined): Promise<Heard> {
  const stdout = await openOutputFile(`${path}.txt`);
  let stderr: Promise<OutputFile> | undefined;
  let isMatched = false;
  let isOver = false;
  const last: string[] = [];
  const onLine = (line: string): void => {
    if (pattern?.test(line)) isMatched = true;
    if (line.trim() === '') return;
    last.push(quoted(line));
    if (last.length > linesQuoted) last.shift();
  };
  const lines = { stdout: createOutputLines(onLine), stderr: createOutputLines(onLine) };
  return {
    async take(stream, bytes) {
      // What a command prints that was stopped is nobody's any more.
      if (isOver) return;
      const file = stream === 'stdout' ? stdout : await (stderr ??= openOutputFile(`${path}.stderr.txt`));
      await file.write(bytes);
      lines[stream].push(bytes);
    },
    get isMatched() {
      return isMatched;
    },
    lastLines: () => (last.length === 0 ? 'it printed nothing' : `it printed last:\n${last.join('\n')}`),
    async finish() {
      isOver = true;
      for (const each of [lines.stdout, lines.stderr]) each.end();
      await Promise.all([stdout.finish(), stderr?.then((file) => file.finish())]);
    },
  };
}

function endText({ exitCode, signal }: CommandEnd): string {
  if (exitCode !== undefined) return `ended with exit code ${exitCode}`;
  return signal === undefined ? 'ended without an exit code' : `was ended by the signal ${signal}`;
}

function snakeCase(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, '_').toLowerCase();
}
