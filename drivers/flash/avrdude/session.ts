import { RigError } from '../../../core/errors.js';
import type { AvrChip } from '../../../firmware/avr-chips.js';
import { openSerialLink } from '../../link/serial-link.js';
import { lastLines, runTool } from '../../tool.js';
import type { SerialDriverOptions } from '../flash-driver.js';
import { openBridge } from './bridge.js';
import { meetLoader } from './meet-loader.js';
import { toolError, type Doing } from './output.js';
import { watchStk, type PageEvent } from './stk-watch.js';
import { avrdudeInstall, findAvrdude } from './tool.js';

/** A loader that owes an answer for so long hangs; with the tool's end it is known in 5 s. */
const silenceMs = 3500;
/** For all that is not pages: start, drain, sync, end. */
const overheadMs = 30_000;

export interface Command extends Doing {
  /** Beside programmer, chip and port. */
  args: readonly string[];
  signal: AbortSignal;
  /** Bytes that cross the wire at most. */
  wireBytes: number;
  onPage?: (page: PageEvent) => void;
}

/** Enters the loader, runs avrdude once, and lets it leave into the firmware; returns the tool's lines. */
export async function runSession(
  options: SerialDriverOptions,
  chip: AvrChip,
  command: Command,
): Promise<string[]> {
  const { baudRate, log } = options;
  const { path } = options.link;
  const tool = await findAvrdude();
  const link = await openSerialLink({ ...options.link, baudRate });
  try {
    await meetLoader(link, options, command.signal);
    const stalled = new AbortController();
    const lines: string[] = [];
    const watch = watchStk((page) => command.onPage?.(page));
    const place = () => command.placeOf(watch.address);
    const bridge = await openBridge({
      link,
      watch,
      silenceMs,
      onSilence() {
        const what = `the loader on ${path} has not answered for ${silenceMs} ms while ${command.doing}${place()}`;
        stalled.abort(new RigError('FLASH_STALLED', `${what}; avrdude's last lines:\n${lastLines(lines)}`));
      },
    });
    try {
      const result = await runTool({
        command: tool,
        // -D: optiboot erases page by page, and only acts as if it could erase the chip. -V: verifying is a call of its own.
        args: [
          '-c',
          'arduino',
          '-p',
          chip.chip,
          '-P',
          bridge.port,
          '-b',
          String(baudRate),
          '-D',
          '-V',
          ...command.args,
        ],
        timeoutMs: overheadMs + (command.wireBytes * 40_000) / baudRate,
        signal: AbortSignal.any([command.signal, link.lost, stalled.signal]),
        install: avrdudeInstall,
        onLine(line) {
          // It looks for DTR and RTS, which the driver has.
          if (line.includes('TIOCMGET')) return;
          lines.push(line);
          log?.(line);
        },
      });
      if (result.exitCode === 0) return lines;
      throw toolError(lines, { path, chip, place: place(), ...command });
    } finally {
      await bridge.close();
    }
  } finally {
    await link.close();
  }
}
