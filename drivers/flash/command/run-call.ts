import { existsSync } from 'node:fs';
import type { ErrorCode } from '../../../core/error-catalogue.js';
import { RigError } from '../../../core/errors.js';
import { commandLine, lastLines, type ToolResult } from '../../tool.js';
import { runWatchedTool } from '../../watched-tool.js';
import { enterListening } from '../enter-listening.js';
import { rigEnters } from '../enter-loader.js';
import type { FlashDriverOptions, Having } from '../flash-driver.js';
import { readCallLines, type CallLines, type CallProgress } from './call-lines.js';
import type { ToolCall } from './command-tool.js';
import { fillArgs, placeholdersIn, type Values } from './placeholders.js';

/** A tool that has said what went wrong may still tidy up, for so many ms; some try again for ever. */
const graceMs = 1000;

export interface CallRun {
  call: ToolCall;
  /** What the call is about, beside what the slot and the board give. */
  values?: Values;
  /** In words that follow "while": `writing app at 0x10000`. */
  doing: string;
  /** The code for a tool that falls silent. */
  silence: ErrorCode;
  signal: AbortSignal;
  onProgress?: (progress: CallProgress) => void;
}

/**
 * Enters the loader, runs the tool once, and reads its output as the board file says: it was good with a good exit code, no line that means
 * failure, and the line that means success. Throws the code of the first error pattern that matches, TOOL_FAILED, TOOL_TIMEOUT, TOOL_MISSING,
 * PORT_LOST when the port has gone meanwhile, and CONFIG_INVALID before anything is done.
 */
export async function runCall(options: Having<'command'>, run: CallRun): Promise<CallLines> {
  const { call, signal, doing } = run;
  const { link, command: tool } = options;
  const words = [...tool.args, ...call.args];
  const [command = '', ...args] = fillArgs(words, { ...valuesOf(options), ...run.values });
  const lines = readCallLines(call, tool.errors);
  const usesPort = placeholdersIn(words).includes('port');
  if (link && (usesPort || link.autoReset)) await enterListening({ ...options, link }, signal);
  else await rigEnters(options.enterLoader, signal);
  try {
    const result = await watched(run, lines, { command, args, install: tool.install, log: options.log });
    const failure = failureOf(result, lines, run, commandLine(command, args));
    if (failure) throw failure;
    return lines;
  } catch (thrown) {
    const isGone = usesPort && link && !existsSync(link.path);
    if (!isGone || signal.aborted) throw thrown;
    throw new RigError('PORT_LOST', `${link.path} went away while ${doing}`, { cause: thrown });
  }
}

function valuesOf({ link, network, drive, chip, baudRate }: FlashDriverOptions): Values {
  return {
    ...(link && { port: link.path }),
    ...(network && { host: network.host }),
    ...(drive !== undefined && { drive }),
    chip,
    baudRate: String(baudRate),
  };
}

interface WatchedTool {
  command: string;
  args: string[];
  install: string;
  log: FlashDriverOptions['log'];
}

/** Runs the tool, and kills it when it prints nothing for too long, or goes on after it said that it has failed. */
async function watched(run: CallRun, lines: CallLines, { log, ...tool }: WatchedTool): Promise<ToolResult> {
  const { call, doing, silence, signal } = run;
  const { timeoutMs, silenceMs } = call;
  let grace: NodeJS.Timeout | undefined;
  try {
    return await runWatchedTool({
      ...tool,
      timeoutMs,
      signal,
      silenceMs,
      onSilence(heard) {
        const what = `${tool.command} printed nothing for ${silenceMs} ms while ${doing}; its last lines:\n${lastLines(heard)}`;
        return errorSaid(lines, run, heard) ?? new RigError(silence, what);
      },
      onLine(line, { lines: heard, stop }) {
        log?.(line);
        const progress = lines.read(line);
        if (progress) run.onProgress?.(progress);
        const end = () => {
          const error = errorSaid(lines, run, heard);
          if (error) stop(error);
        };
        if (lines.error()) grace ??= setTimeout(end, graceMs);
      },
    });
  } finally {
    clearTimeout(grace);
  }
}

/** The failure that the tool itself has said. */
function errorSaid(lines: CallLines, { doing }: CallRun, printed: readonly string[]): RigError | undefined {
  const error = lines.error();
  const details = { output: lastLines(printed, 40) };
  return error && new RigError(error.code, `${error.line} (while ${doing})`, { details });
}

function failureOf(
  { exitCode, lines: printed }: ToolResult,
  lines: CallLines,
  run: CallRun,
  typed: string,
): RigError | undefined {
  const { call, doing } = run;
  const output = lastLines(printed, 40);
  const error = errorSaid(lines, run, printed);
  if (error) return error;
  if (!call.exitCodes.includes(exitCode))
    return new RigError(
      'TOOL_FAILED',
      `${typed} ended with ${exitCode} while ${doing}:\n${lastLines(printed)}`,
      {
        details: { output },
      },
    );
  if (lines.hasSucceeded()) return undefined;
  const what = `${typed} ended with ${exitCode} while ${doing}, but printed no line that matches "${call.success}":\n${lastLines(printed)}`;
  return new RigError('TOOL_FAILED', what, { details: { output } });
}
