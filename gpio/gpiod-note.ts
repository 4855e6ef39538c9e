import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RigError } from '../core/errors.js';
import { temporaryName } from '../core/files.js';
import type { GpiodChip, GpiodChips } from './gpiod-chips.js';
import {
  argumentsOf,
  endProcess,
  holdsLine,
  isAlive,
  markOf,
  processesWith,
  type ProcessMark,
} from './gpiod-process.js';
import type { GpiodSyntax } from './gpiod-tools.js';
import { lineName, type Level, type LineAddress } from './line.js';

/** A line, and what every process of the rig knows about where its holder is noted. */
export interface GpiodPlace {
  /** As in messages: `pinctrl-bcm2711/17!`. */
  name: string;
  address: LineAddress;
  chips: GpiodChips;
  syntax: GpiodSyntax;
  /** `<chip>-<line>.json` in the rig's folder. */
  noteFile: string;
  /** What the holder finds in its environment, so that it is known even if nobody lived to write the note. */
  tag: string;
  lockName: string;
}

/** Which process has the line: `gpioset` for an output, `gpiomon` for an input that is watched. */
export interface HolderNote extends ProcessMark {
  use: 'output' | 'monitor';
  args: string[];
  /** Mark of the chip that it was started on. */
  device: string;
  /** Of an output. */
  level?: Level;
  /** True when the chip gave that level back: from then on, one that gives none is lost. */
  readsBack?: boolean;
  /** Who started it and, for a monitor, hears it. */
  owner: ProcessMark | undefined;
}

/** Variable in the environment of every holder. */
const tagVariable = 'RIGWRIGHT_LINE';

export function placeOf(
  address: LineAddress,
  { folder, chips, syntax }: { folder: string; chips: GpiodChips; syntax: GpiodSyntax },
): GpiodPlace {
  const file = `${encodeURIComponent(address.chip)}-${address.line}`;
  const noteFile = join(folder, `${file}.json`);
  return {
    name: lineName(address),
    address,
    chips,
    syntax,
    noteFile,
    tag: noteFile,
    lockName: `rigwright-gpiod-${createHash('sha256').update(noteFile).digest('hex').slice(0, 32)}`,
  };
}

export function holderEnvironment({ tag }: GpiodPlace): Record<string, string> {
  return { [tagVariable]: tag };
}

/**
 * Writes down who has the line from now on; only under the line's lock. Returns undefined when it has ended already. One that cannot be noted is ended, so that
 * it drives nothing that nobody knows of: DISK_WRITE_FAILED.
 */
export async function noteHolder(
  { name, noteFile }: GpiodPlace,
  holder: Pick<HolderNote, 'use' | 'args' | 'device' | 'pid' | 'level' | 'readsBack'>,
): Promise<HolderNote | undefined> {
  const mark = markOf(holder.pid);
  if (mark === undefined) return undefined;
  const note: HolderNote = { ...holder, ...mark, owner: markOf(process.pid) };
  const temporary = temporaryName(noteFile);
  try {
    // Not forced to disk: what the note says ends with the power of the host, and so does the process.
    writeFileSync(temporary, JSON.stringify(note), { mode: 0o600 });
    renameSync(temporary, noteFile);
    return note;
  } catch (cause) {
    await endProcess(mark);
    rmSync(temporary, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RigError(
      'DISK_WRITE_FAILED',
      `who holds ${name} could not be noted, so nobody does now: ${why}; make room, or set RIG_RUNTIME_DIR to another folder`,
      { cause },
    );
  }
}

export function forgetHolder({ noteFile }: GpiodPlace): void {
  rmSync(noteFile, { force: true });
}

/** The holder that is noted, if that very process still lives. */
export function livingHolder({ noteFile }: GpiodPlace): HolderNote | undefined {
  const note = readNote(noteFile);
  const lives = note && isAlive(note) && sameArguments(argumentsOf(note.pid), note.args);
  return lives ? note : undefined;
}

/** gpioset of 2.x takes `3=1` apart where it stands, and the kernel shows it so. */
function sameArguments(seen: readonly string[], given: readonly string[]): boolean {
  const text = (args: readonly string[]) => args.join('\0').replaceAll('=', '\0');
  return text(seen) === text(given);
}

/** True when the holder has its line, on the chip that is there now. */
export function isHolding(note: HolderNote, chip: GpiodChip): boolean {
  return note.device === chip.device && holdsLine(note.pid);
}

/** Processes that were started for the line of the rig's folder, or of another folder, and that live. */
export function startedFor(place: GpiodPlace): { own: ProcessMark[]; others: string[] } {
  const file = place.noteFile.slice(place.noteFile.lastIndexOf('/'));
  const same = processesWith(tagVariable).filter(({ value }) => value.endsWith(file));
  return {
    own: same.filter(({ value }) => value === place.tag),
    others: same.flatMap(({ pid, value }) => (value === place.tag ? [] : [`process ${pid} of ${value}`])),
  };
}

/** Makes the folder for the notes, for this user alone. */
export function makeNoteFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

function readNote(file: string): HolderNote | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as HolderNote;
  } catch {
    return undefined;
  }
}
