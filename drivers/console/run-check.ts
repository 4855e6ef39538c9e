import { RigError } from '../../core/errors.js';
import type { Measurement } from '../../core/measurement.js';
import { boardEventOf, boardEvents, eventError, faultSince } from './boot-faults.js';
import { readyCursor } from './boot.js';
import type { CheckCommand, ConsoleCheck } from './check.js';
import type { Console, ConsoleCursor } from './console.js';
import { firstOf, type Candidate } from './first-of.js';
import { compilePattern } from './pattern.js';
import { quoted } from './quoted.js';
import { takeMeasurements, throwUnlessGood } from './take-measurements.js';

export interface RunCheckOptions {
  console: Console;
  /** Name of the open step, for the measurements. */
  step: string;
  signal?: AbortSignal;
  /** Gets each measurement as it is taken, good or bad, before anything is thrown. */
  onMeasurement?: (measurement: Measurement) => void;
  /** A fault of the board after this ends the check. The ready marker of the last `awaitBoot` on the console unless told. */
  since?: ConsoleCursor;
}

/**
 * Sends the commands of a check, waits for their responses and measures. Every value of the check is taken before limits decide.
 * Throws, as the DUT's: CHECK_RESPONSE, CHECK_TIMEOUT, CHECK_LIMIT, and BOOT_* when the board crashed or reset since it was up;
 * as the board file's: CHECK_NOT_MEASURED, CONFIG_INVALID; as the rig's: PORT_LOST, CONSOLE_LOG_FAILED.
 */
export async function runCheck(check: ConsoleCheck, options: RunCheckOptions): Promise<Measurement[]> {
  const { console } = options;
  const fault = faultSince(console, options.since ?? readyCursor(console) ?? console.cursor());
  if (fault !== undefined) throw fault;
  const taken: Measurement[] = [];
  const missing: string[] = [];
  let heardTo = console.cursor();
  for (const command of check.commands) {
    const from = command.send === undefined ? heardTo : console.cursor();
    if (command.send !== undefined) await console.sendLine(command.send);
    heardTo = await awaitResponse(check, command, from, options);
    const result = takeMeasurements(command.measure, responseText(console, from, heardTo), options.step);
    for (const measurement of result.measurements) {
      taken.push(measurement);
      options.onMeasurement?.(measurement);
    }
    missing.push(...result.missing);
  }
  throwUnlessGood(check.name, { measurements: taken, missing });
  return taken;
}

type Answer = { kind: 'board' | 'fail' | 'response' };

/** Waits for the response and returns where it ends. */
async function awaitResponse(
  check: ConsoleCheck,
  command: CheckCommand,
  from: ConsoleCursor,
  { console, signal }: RunCheckOptions,
): Promise<ConsoleCursor> {
  const where = `check ${check.name}`;
  const asked = command.send === undefined ? where : `${where}, "${command.send}"`;
  const fail: Candidate<Answer>[] =
    command.fail === undefined
      ? []
      : [{ pattern: compilePattern(command.fail, `${where}: fail`), is: { kind: 'fail' } }];
  const expect = compilePattern(command.expect, `${where}: expect`);
  const { is, match } = await firstOf<Answer>(
    console,
    [...boardEvents, ...fail, { pattern: expect, is: { kind: 'response' } }],
    {
      from,
      timeoutMs: command.timeoutMs,
      ...(signal && { signal }),
      onTimeout: (lastLines) => {
        const what = `${asked}: no response /${command.expect}/ within ${command.timeoutMs / 1000} s`;
        const silent = console.cursor() === from ? ' (the board said nothing)' : '';
        return new RigError('CHECK_TIMEOUT', `${what}${silent}; the last lines were:\n${lastLines}`);
      },
    },
  );
  if (is.kind === 'response') return match.end;
  if (is.kind === 'fail') {
    const line = responseText(console, from, match.end).trim().split('\n').at(-1) ?? match.text;
    throw new RigError('CHECK_RESPONSE', `${asked}: the board answered "${quoted(line)}"`, {
      details: { response: quoted(line) },
    });
  }
  throw await eventError(console, boardEventOf(match.text), match);
}

/** The text from `from` to the end of the line in which the response ends. */
function responseText(console: Console, from: ConsoleCursor, end: ConsoleCursor): string {
  const rest = console.textFrom(end);
  const text = console.textFrom(from);
  const response = text.slice(0, text.length - rest.length);
  return response.endsWith('\n') ? response : response + (rest.split('\n', 1)[0] ?? '');
}
