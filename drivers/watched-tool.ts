import type { RigError } from '../core/errors.js';
import { runTool, type ToolOptions, type ToolResult } from './tool.js';

/** A tool under watch, in the hands of whoever reads its lines. */
export interface ToolWatch {
  /** What it has printed so far, the newest line included. */
  readonly lines: readonly string[];
  /** Kills it; this is what the run rejects with. */
  stop(reason: RigError): void;
}

export interface WatchedToolOptions extends Omit<ToolOptions, 'signal' | 'onLine'> {
  signal: AbortSignal;
  /** Killed as stalled when it has printed nothing for so long, in ms. */
  silenceMs: number;
  /** Called for the error of such a silence, with the lines so far. */
  onSilence: (lines: readonly string[]) => RigError;
  onLine: (line: string, watch: ToolWatch) => void;
}

/** Runs a tool under a watchdog that is fed by its output. Throws what `runTool` throws, and what `onSilence` and `stop` are given. */
export async function runWatchedTool(options: WatchedToolOptions): Promise<ToolResult> {
  const { signal, silenceMs, onSilence, onLine, ...tool } = options;
  const lines: string[] = [];
  const watchdog = new AbortController();
  const stop = (reason: RigError) => watchdog.abort(reason);
  const bark = () => stop(onSilence(lines));
  let timer = setTimeout(bark, silenceMs);
  try {
    return await runTool({
      ...tool,
      signal: AbortSignal.any([signal, watchdog.signal]),
      onLine(line) {
        clearTimeout(timer);
        timer = setTimeout(bark, silenceMs);
        lines.push(line);
        onLine(line, { lines, stop });
      },
    });
  } finally {
    clearTimeout(timer);
  }
}
