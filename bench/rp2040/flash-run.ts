import { findProgram, type FoundProgram } from '../../firmware/factory-app-codec.js';
import { boot2Problem, imageIsWhole, vectorProblem } from '../../firmware/rp2040-image.js';
import { runFactoryApp } from '../app/factory-app.js';
import { appFaultsOf, faultOf } from '../board-faults.js';
import type { BoardParts } from '../board-family.js';
import { createOutput } from '../boot/output.js';
import { loads } from '../supply.js';
import { untilAborted } from '../until-aborted.js';

/** What the SDK's `panic` prints; the demo's firmware has a watchdog that then resets the chip. */
const crashDump = ['', '*** PANIC ***', '', 'Out of memory'];
const headBytes = 4096;
/** First word of the block that an image for the RP2350 carries within its first 4 KiB (RP2350 datasheet, 5.9.5). */
const blockMarker = Buffer.from([0xd3, 0xde, 0xff, 0xff]);

/**
 * The boot ROM's way to what is in flash, and the application until it resets the chip. `nothing` when the ROM finds nothing to run: then it
 * goes on to its USB loader. What it started and cannot run says nothing, for ever.
 */
export async function runFlash(parts: BoardParts): Promise<'nothing' | 'reset'> {
  const { flash, slot, signal, wire, log, enter } = parts;
  enter('ROM');
  const head = flash.read(0, headBytes);
  const problem = romProblem(parts.chip, head);
  if (problem !== undefined) {
    log(`nothing in flash to run: ${problem}`);
    return 'nothing';
  }
  wire.setBaudRate(slot.consoleBaudRate);
  wire.onReceive((bytes) => parts.onHostBytes?.(bytes));
  const locked = parts.chip === 'rp2040' ? vectorProblem(head) : undefined;
  if (locked !== undefined) {
    log(locked);
    enter('locked up');
    return untilAborted(signal);
  }
  const output = createOutput((bytes) => wire.send(bytes), { baudRate: slot.consoleBaudRate, signal });
  if (faultOf(slot.faults, 'silent-console')) output.mute();
  parts.supply.setLoad(loads.app);
  const found = programIn(parts);
  if (found === undefined) {
    enter('unknown application');
    return untilAborted(signal);
  }
  enter('application starts');
  await runFactoryApp(
    {
      ...found,
      about: [`chip=${parts.chip.toUpperCase()}`, `uid=${uidOf(parts.mac)}`, 'sdk=2.1.1'],
      crashDump,
      mac: parts.mac,
      faults: appFaultsOf(slot.faults),
      output,
      setLoad: (milliamps) => parts.supply.setLoad(milliamps),
      dipSupply: () => undefined,
      onReceive: (listener) =>
        wire.onReceive((bytes) => {
          listener(bytes);
          parts.onHostBytes?.(bytes);
        }),
      signal,
    },
    () => enter('application ready'),
  );
  return 'reset';
}

function romProblem(chip: string, head: Buffer): string | undefined {
  if (chip === 'rp2040') return boot2Problem(head);
  return head.includes(blockMarker) ? undefined : 'no image block in the first 4 KiB';
}

/** What to run, as this board runs it: the firmware's own test of its flash is the only thing that sees a cell that went bad. */
function programIn({ flash, slot, log }: BoardParts): Required<FoundProgram> | undefined {
  const bytes = flash.read(0, flash.sizeBytes);
  try {
    const found = findProgram(bytes);
    if (found === undefined) return undefined;
    const isWhole = imageIsWhole(bytes) ?? true;
    if (!isWhole) log('the image in flash is not as it was built');
    const { memory, ...program } = found.program;
    const flashTest = isWhole ? memory.flashTest : 'failed';
    const version = faultOf(slot.faults, 'wrong-version')?.version ?? found.version ?? 'unknown';
    return { program: { ...program, memory: { ...memory, flashTest } }, version };
  } catch (thrown) {
    log(`the program in flash cannot be run: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return undefined;
  }
}

/** The id of the board's flash chip, by which the SDK names a board: 64 bits in hex. */
function uidOf(mac: string): string {
  return `E661${mac.replaceAll(':', '').toUpperCase()}`;
}
