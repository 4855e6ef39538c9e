import { pause } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { ErrorCode } from '../../core/error-catalogue.js';
import { boardEventOf, boardEvents, eventError } from './boot-faults.js';
import { powerOnCause } from './boot-signatures.js';
import type { BootExpectation } from './check.js';
import type { Console, ConsoleCursor, ConsoleMatch } from './console.js';
import { firstOf, type Candidate } from './first-of.js';
import { compilePattern } from './pattern.js';
import { classify } from './diagnosis/classifier.js';
import { quoted } from './quoted.js';
import { untilQuiet } from './until-quiet.js';

export { faultSince } from './boot-faults.js';

/** So many reset banners before the ready marker are a loop: the first is the power-up, one more may be the supply's bounce. */
const loopResets = 3;
/** Between two questions to a console that has to be asked. */
const askEveryMs = 500;
/** An answer that is under way over a network has arrived by then; a board that talks on is not waited for any longer. */
const answered = { quietMs: 200, timeoutMs: 2000 };

export interface AwaitBootOptions {
  /** The version that the release has; the banner must say exactly this. Left out: any version will do. */
  version?: string;
  /** Where the boot begins: the cursor at power-up. The start of the log unless told. */
  from?: ConsoleCursor;
  signal?: AbortSignal;
}

export interface Booted {
  version: string;
  /** From the call to the ready marker. */
  seconds: number;
  /** The end of the ready marker: whatever fault comes after it is one of a board that was up. */
  readyAt: ConsoleCursor;
}

type Seen = { kind: 'board' | 'version' | 'ready' };

/** What has been seen of the boot so far. */
interface Progress {
  at: ConsoleCursor;
  resets: string[];
  version?: string;
}

/**
 * Waits for positive proof that the release runs: its version banner, then the ready marker. Ends early with the code of a fatal signature
 * (BOOT_PANIC, BOOT_BROWNOUT, BOOT_BAD_IMAGE, …, see `diagnosis/`), with BOOT_LOOP or with BOOT_WRONG_VERSION, quoting the line that
 * decided; at the deadline with BOOT_SILENT or BOOT_TIMEOUT. PORT_LOST and CONSOLE_LOG_FAILED are the rig's, CONFIG_INVALID the board file's.
 */
export async function awaitBoot(
  console: Console,
  expectation: BootExpectation,
  options: AwaitBootOptions,
): Promise<Booted> {
  const started = performance.now();
  const from = options.from ?? 0;
  const candidates = [
    ...boardEvents,
    { pattern: compilePattern(expectation.version, 'boot.version'), is: { kind: 'version' as const } },
    { pattern: compilePattern(expectation.ready, 'boot.ready'), is: { kind: 'ready' as const } },
  ] as const;
  if (expectation.ask === undefined)
    return seeBoot(console, expectation, options, { started, from, candidates });
  const asked = new AbortController();
  keepAsking(console, expectation.ask, asked.signal);
  try {
    const booted = await seeBoot(console, expectation, options, { started, from, candidates });
    asked.abort();
    // It may have been asked more than once; an answer that comes later would be taken for that to a check.
    await untilQuiet(console, { ...answered, ...(options.signal && { signal: options.signal }) });
    return booted;
  } finally {
    asked.abort();
  }
}

/** A question that is lost in the start of the board is asked again; what fails here shows in the wait beside it. */
function keepAsking(console: Console, question: string, signal: AbortSignal): void {
  const ask = async (): Promise<void> => {
    while (!signal.aborted) {
      await console.sendLine(question);
      await pause(askEveryMs, signal);
    }
  };
  ask().catch(() => undefined);
}

interface Seeing {
  /** By the clock of `performance`. */
  started: number;
  from: ConsoleCursor;
  candidates: readonly [...Candidate<Seen>[], Candidate<Seen>];
}

async function seeBoot(
  console: Console,
  expectation: BootExpectation,
  options: AwaitBootOptions,
  { started, from, candidates }: Seeing,
): Promise<Booted> {
  const progress: Progress = { at: from, resets: [] };
  for (;;) {
    const elapsedMs = performance.now() - started;
    const { is, match } = await firstOf<Seen>(console, candidates, {
      from: progress.at,
      timeoutMs: Math.max(0, expectation.timeoutMs - elapsedMs),
      onTimeout: (lastLines) => bootTimeout(console.cursor() === from, expectation, progress, lastLines),
      ...(options.signal && { signal: options.signal }),
    });
    progress.at = match.end;
    const event = is.kind === 'board' ? boardEventOf(match.text) : undefined;
    if (event?.kind === 'fault') throw await eventError(console, event, match);
    if (event?.kind === 'reset')
      countReset(progress, event.groups['cause'], match.text, () => console.textFrom(from));
    if (is.kind === 'version') progress.version = checkVersion(match, options.version);
    if (is.kind === 'ready' && progress.version !== undefined) {
      readyCursors.set(console, match.end);
      return { version: progress.version, seconds: (performance.now() - started) / 1000, readyAt: match.end };
    }
  }
}

/** Where the last `awaitBoot` on this console saw the board ready. */
export function readyCursor(console: Console): ConsoleCursor | undefined {
  return readyCursors.get(console);
}

const readyCursors = new WeakMap<Console, ConsoleCursor>();

function countReset(
  progress: Progress,
  cause: string | undefined,
  line: string,
  textSoFar: () => string,
): void {
  progress.resets.push(cause ?? line);
  delete progress.version;
  if (progress.resets.length < loopResets) return;
  const causes = progress.resets.join(', ');
  const { code, why } = causeOfLoop(textSoFar());
  const supply = progress.resets.every((each) => powerOnCause.test(each))
    ? '; power-on resets without a power cycle mean that the supply falls'
    : '';
  const hint = why ?? supply;
  const what = `${loopResets} resets before the board was ready (${causes})${hint}`;
  throw new RigError(code, `${what}; the board said "${quoted(line)}"`, {
    details: { resets: progress.resets },
  });
}

/** What a loop comes from when its lines say so together, as a diagnosis of the log would name it; BOOT_LOOP when nothing says why. */
function causeOfLoop(text: string): { code: ErrorCode; why?: string } {
  const { label, code, means, line } = classify(text);
  if (code === 'OK' || code === 'BOOT_LOOP' || label === 'unknown') return { code: 'BOOT_LOOP' };
  return { code, why: `: ${means}, see "${quoted(line)}"` };
}

function checkVersion(match: ConsoleMatch, wanted: string | undefined): string {
  const found = match.groups['version'];
  if (found === undefined) {
    throw new RigError(
      'CONFIG_INVALID',
      `boot.version matched "${quoted(match.text)}" without its group "version"`,
    );
  }
  if (wanted === undefined || found === wanted) return found;
  const what = `the board runs ${quoted(found)}, the release is ${wanted}`;
  throw new RigError('BOOT_WRONG_VERSION', `${what}; the board said "${quoted(match.text)}"`, {
    details: { found: quoted(found), wanted },
  });
}

function bootTimeout(
  silent: boolean,
  { timeoutMs, version, ready }: BootExpectation,
  progress: Progress,
  lastLines: string,
): RigError {
  const seconds = timeoutMs / 1000;
  if (silent)
    return new RigError('BOOT_SILENT', `not one byte on the console within ${seconds} s of power-up`);
  const missing =
    progress.version === undefined
      ? `no version banner /${version}/`
      : `version ${progress.version} came up, but no ready marker /${ready}/ after it`;
  return new RigError('BOOT_TIMEOUT', `${missing} within ${seconds} s; the last lines were:\n${lastLines}`);
}
