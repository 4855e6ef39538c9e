import type { ChipFlash } from '../chip-flash.js';
import { inspectEspImage } from '../esp-image.js';
import { hex } from '../hex.js';
import { parsePartitionTable } from '../partition-table.js';
import { refusal, type Finding } from './finding.js';
import { formatName, type FirmwareFormat } from './recognise.js';

/** A program file with what is known of the place it goes to. */
export interface ProgramPlace {
  chip: ChipFlash;
  flashBytes?: number;
  offset?: number;
  /** Of the file, by its first bytes. */
  format: FirmwareFormat;
}

/** Bytes of flash that a program may use, from its start: without the loader's at the end. */
export function programBytes({ chip, flashBytes }: ProgramPlace): number {
  const size = Math.min(flashBytes ?? Infinity, chip.flashBytes ?? Infinity);
  return size - (chip.loaderBytes ?? 0);
}

/** What a file is instead of a raw binary, with the way to make one of it; nothing when it can be one. */
export function notRaw(bytes: Buffer, { chip, format }: ProgramPlace, wanted: string): Finding[] {
  if (!isReally(format, bytes)) return [];
  const builtFor =
    format === 'esp-image' ? ` for ${inspectEspImage(bytes).header?.chip ?? 'some ESP chip'}` : '';
  const what = `this is ${formatName(format)}${builtFor}, expected ${wanted} for ${chip.chip}; ${remedies[format] ?? 'choose the right file'}`;
  return [refusal(format === 'esp-image' ? 'chip' : 'format', what, 0)];
}

/** Of some formats the first one or two bytes are all that tells them, and any binary can begin so. */
function isReally(format: FirmwareFormat, bytes: Buffer): boolean {
  if (format === 'esp-image') return inspectEspImage(bytes).segments.length > 0;
  if (format !== 'partition-table') return format !== 'raw';
  const { partitions, problems } = parsePartitionTable(bytes);
  return partitions.length > 0 && problems.length === 0;
}

const remedies: Partial<Record<FirmwareFormat, string>> = {
  elf: 'make one with `objcopy -O binary`',
  'intel-hex': 'make a raw binary with `objcopy -I ihex -O binary`',
  'motorola-s-record': 'make a raw binary with `objcopy -I srec -O binary`',
  gzip: 'unpack it',
  zip: 'unpack it',
};

/** The finding for contents `[start, end)`, offsets from the start of flash, that do not fit. */
export function beyond(place: ProgramPlace, start: number, end: number): Finding[] {
  const room = programBytes(place);
  if (end <= room) return [];
  const { chip } = place;
  const behind = chip.loaderBytes === undefined ? 'the end of the flash' : 'the boot loader';
  const what = `its contents reach from ${hex(chip.baseAddress + start)} to ${hex(chip.baseAddress + end)}, but ${behind} of the ${chip.chip} is at ${hex(chip.baseAddress + room)}; make it smaller`;
  return [refusal('size', what)];
}
