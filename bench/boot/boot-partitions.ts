import {
  PARTITION_TABLE_BYTES,
  PARTITION_TABLE_OFFSET,
  parsePartitionTable,
  ROW_BYTES,
  type Partition,
} from '../../firmware/partition-table.js';
import type { FlashArray } from '../parts.js';
import type { BoardOutput } from './output.js';
import type { ChipRun } from './chip-run.js';

/** What the choice of an application needs: the flash, and whom it tells. */
type SelectionRun = Pick<ChipRun, 'flash'> & { output: Pick<BoardOutput, 'log'> };

/** An application partition with the name that the second stage gives it in its messages. */
export interface BootChoice {
  partition: Partition;
  /** -1 is the factory application, else the OTA slot's number. */
  index: number;
}

/** Reads the partition table as the second stage does, printing its rows. Undefined when it refuses it: it has said why. */
export function loadPartitions({ output, flash }: ChipRun): Partition[] | undefined {
  const bytes = flash.read(PARTITION_TABLE_OFFSET, PARTITION_TABLE_BYTES);
  const { partitions, hasMd5, problems } = parsePartitionTable(bytes);
  const reason =
    problems.length > 0 || !hasMd5
      ? whyRefused(bytes, partitions.length, hasMd5)
      : outside(partitions, flash);
  if (reason !== undefined) {
    output.log('E', 'flash_parts', reason);
    output.log('E', 'boot', 'Failed to verify partition table');
    output.log('E', 'boot', 'load partition table error!');
    return undefined;
  }
  output.log('I', 'boot', 'Partition Table:');
  output.log('I', 'boot', '## Label            Usage          Type ST Offset   Length');
  for (const [index, row] of partitions.entries()) output.log('I', 'boot', rowText(index, row));
  output.log('I', 'boot', 'End of partition table');
  return partitions;
}

function whyRefused(bytes: Buffer, rows: number, hasMd5: boolean): string {
  if (hasMd5) return 'Incorrect MD5 checksum';
  const at = rows * ROW_BYTES;
  const magic = at + 2 <= bytes.length ? bytes.readUInt16LE(at) : 0xffff;
  if (magic === 0xffff) return 'No MD5 found in partition table';
  return `partition ${rows} invalid magic number 0x${magic.toString(16)}`;
}

function outside(partitions: readonly Partition[], flash: FlashArray): string | undefined {
  const index = partitions.findIndex(({ offset, sizeBytes }) => offset + sizeBytes > flash.sizeBytes);
  const row = partitions[index];
  if (row === undefined) return undefined;
  const [offset, size, room] = [row.offset, row.sizeBytes, flash.sizeBytes].map(
    (value) => `0x${value.toString(16)}`,
  );
  return `partition ${index} invalid - offset ${offset} size ${size} exceeds flash chip size ${room}`;
}

function rowText(index: number, { label, type, subtype, offset, sizeBytes }: Partition): string {
  const bytes = [type, subtype].map((value) => value.toString(16).padStart(2, '0')).join(' ');
  const [at, length] = [offset, sizeBytes].map((value) => value.toString(16).padStart(8, '0'));
  return `${String(index).padStart(2)} ${label.padEnd(16)} ${usageOf(type, subtype).padEnd(16)} ${bytes} ${at} ${length}`;
}

const dataUsages: Record<number, string> = {
  0: 'OTA data',
  1: 'RF data',
  2: 'WiFi data',
  3: 'Core dump',
  4: 'NVS keys',
  5: 'efuse',
};

function usageOf(type: number, subtype: number): string {
  if (type === 1) return dataUsages[subtype] ?? 'Unknown data';
  if (type !== 0) return 'Unknown';
  if (subtype === 0) return 'factory app';
  if (subtype === 0x20) return 'test app';
  return otaIndex(subtype) === undefined ? 'Unknown app' : 'OTA app';
}

/**
 * The applications in the order in which the second stage tries them: the one that otadata names (factory when it is blank), then
 * those before it down to factory, then those after it.
 */
export function bootOrder(run: SelectionRun, partitions: readonly Partition[]): BootChoice[] {
  const choices = partitions
    .filter(({ type }) => type === 0)
    .flatMap((partition): BootChoice[] => {
      if (partition.subtype === 0) return [{ partition, index: -1 }];
      const index = otaIndex(partition.subtype);
      return index === undefined ? [] : [{ partition, index }];
    })
    .sort((a, b) => a.index - b.index);
  const selected = selectedIndex(run, partitions, choices);
  const upTo = choices.filter(({ index }) => index <= selected).reverse();
  return [...upTo, ...choices.filter(({ index }) => index > selected)];
}

function selectedIndex(
  run: SelectionRun,
  partitions: readonly Partition[],
  choices: readonly BootChoice[],
): number {
  const slots = choices.filter(({ index }) => index >= 0).length;
  const hasFactory = choices.some(({ index }) => index === -1);
  const otadata = partitions.find(({ type, subtype }) => type === 1 && subtype === 0);
  const sequence =
    otadata === undefined || slots === 0 ? undefined : highestSequence(run.flash, otadata.offset);
  if (sequence !== undefined) return (sequence - 1) % slots;
  if (hasFactory) return -1;
  run.output.log('I', 'boot', 'No factory image, trying OTA 0');
  return 0;
}

export const otadataSectorBytes = 0x1000;
const invalidStates = [3, 4];

/** The highest sequence number among the two otadata records that are valid: a CRC over the number, and not marked bad. */
export function highestSequence(flash: FlashArray, offset: number): number | undefined {
  const valid = [0, 1].flatMap((record) => {
    const bytes = flash.read(offset + record * otadataSectorBytes, 32);
    const sequence = bytes.readUInt32LE(0);
    if (sequence === 0xffffffff || sequence === 0 || invalidStates.includes(bytes.readUInt32LE(24)))
      return [];
    return crcOf(bytes.subarray(0, 4)) === bytes.readUInt32LE(28) ? [sequence] : [];
  });
  return valid.length === 0 ? undefined : Math.max(...valid);
}

/** The ROM's CRC-32 started at FFFFFFFF, which is zlib's continued from FFFFFFFF: its register starts at 0. */
export function crcOf(bytes: Buffer): number {
  let register = 0;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? 0xedb88320 : 0);
  }
  return ~register >>> 0;
}

function otaIndex(subtype: number): number | undefined {
  return subtype >= 0x10 && subtype <= 0x1f ? subtype - 0x10 : undefined;
}
