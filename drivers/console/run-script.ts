import { writeFile } from 'node:fs/promises';
import { RigError } from '../../core/errors.js';
import type { Measurement } from '../../core/measurement.js';
import { commandLine, lastLines, runTool } from '../tool.js';
import { exitCodeName, type ScriptCheck } from './check.js';
import { takeMeasurements, throwUnlessGood } from './take-measurements.js';

export interface RunScriptOptions {
  /** Name of the open step, for the measurements. */
  step: string;
  /** What the program is told of the unit, added to the environment of this process. */
  env: Record<string, string>;
  /** Absolute path of the file that gets what the program prints, also when it fails. */
  outputPath: string;
  signal?: AbortSignal;
  /** Gets each measurement, good or bad, before anything is thrown. */
  onMeasurement?: (measurement: Measurement) => void;
}

/** What a shell says of a command that it cannot run, or cannot find. */
const notRunCodes: readonly number[] = [126, 127];

/** Lines that are kept of a program which does not end by itself. */
const keptLines = 2000;

/**
 * Runs the program of a check and takes its exit code, and what the check measures of its output. Throws, as the DUT's: CHECK_EXIT_CODE (the rig's for 126
 * and 127, with which a shell says that it found nothing to run), CHECK_TIMEOUT, CHECK_LIMIT; as the board file's: CHECK_NOT_MEASURED; as the rig's:
 * TOOL_MISSING, DISK_WRITE_FAILED; and what the signal carries.
 */
export async function runScript(check: ScriptCheck, options: RunScriptOptions): Promise<Measurement[]> {
  const { step, onMeasurement = () => undefined } = options;
  const { exitCode, output, lines } = await runProgram(check, options);
  const limits = { equals: 0 };
  const result = exitCode === 0 ? 'pass' : 'fail';
  const code: Measurement = {
    name: exitCodeName(check.name),
    value: exitCode,
    unit: '',
    limits,
    result,
    step,
  };
  onMeasurement(code);
  if (exitCode !== 0) throw exitError(check, exitCode, lines);
  const taken = takeMeasurements(check.script.measure, output, step);
  taken.measurements.forEach(onMeasurement);
  throwUnlessGood(check.name, taken);
  return [code, ...taken.measurements];
}

async function runProgram(
  { name, script }: ScriptCheck,
  { env, outputPath, signal }: RunScriptOptions,
): Promise<{ exitCode: number; output: string; lines: string[] }> {
  const { path, args, timeoutMs } = script;
  const printed: string[] = [];
  try {
    const ended = await runTool({
      command: path,
      args,
      timeoutMs,
      env,
      signal,
      onLine(line) {
        printed.push(line);
        if (printed.length > keptLines) printed.shift();
      },
      install: `chmod +x ${path}, or correct script.path of the check ${name}`,
    });
    await keepOutput(outputPath, ended.output);
    return { ...ended, output: ended.output.replaceAll('\r\n', '\n') };
  } catch (thrown) {
    if (!(thrown instanceof RigError) || thrown.code === 'DISK_WRITE_FAILED') throw thrown;
    await keepOutput(outputPath, printed.map((line) => `${line}\n`).join(''));
    if (thrown.code !== 'TOOL_TIMEOUT') throw thrown;
    const what = `check ${name}: ${commandLine(path, args)} did not end within ${timeoutMs / 1000} s and was killed`;
    throw new RigError('CHECK_TIMEOUT', `${what}; its last lines:\n${lastLines(printed)}`, { cause: thrown });
  }
}

async function keepOutput(path: string, output: string): Promise<void> {
  try {
    await writeFile(path, output);
  } catch (cause) {
    throw new RigError('DISK_WRITE_FAILED', `${path}: ${String(cause)}`, { cause });
  }
}

function exitError({ name, script }: ScriptCheck, exitCode: number, lines: readonly string[]): RigError {
  const what = `check ${name}: ${commandLine(script.path, script.args)} ended with exit code ${exitCode}`;
  const isNotRun = notRunCodes.includes(exitCode);
  const why = isNotRun ? ', with which a shell says that it cannot run a command' : '';
  return new RigError('CHECK_EXIT_CODE', `${what}${why}; its last lines:\n${lastLines(lines)}`, {
    ...(isNotRun && { blame: 'rig' }),
    details: { exitCode },
  });
}
