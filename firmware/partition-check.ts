import { hex } from './hex.js';
import {
  PARTITION_TABLE_BYTES,
  PARTITION_TABLE_OFFSET,
  parsePartitionTable,
  ROW_BYTES,
  type Partition,
  type PartitionTable,
} from './partition-table.js';
import type { Problem } from './problem.js';

const SECTOR_BYTES = 0x1000;
const APP_ALIGNMENT = 0x10000;
/** Since ESP-IDF 5.4 a table may name the bootloader's area and its own. */
const BOOTLOADER_TYPE = 2;
const TABLE_TYPE = 3;

export interface FlashPlace {
  /** Size of the flash chip. */
  sizeBytes: number;
  /** Where the table lies; 0x8000 unless the product moved it. */
  tableOffset?: number;
}

/** Reads a partition table and checks it as a whole: against the flash it is for, and each row against the others. */
export function inspectPartitionTable(bytes: Buffer, flash: FlashPlace): PartitionTable {
  const table = parsePartitionTable(bytes);
  if (bytes.length > SECTOR_BYTES) {
    const what = `the file is ${hex(bytes.length)} bytes long, expected at most ${hex(SECTOR_BYTES)} (usually ${hex(PARTITION_TABLE_BYTES)})`;
    table.problems.push({ offset: SECTOR_BYTES, what });
  }
  table.problems.push(...partitionProblems(table.partitions, flash));
  if (table.partitions.length > 0 && !table.partitions.some(isApp)) {
    table.problems.push({
      offset: 0,
      what: 'no row is an application (type 0x00), expected at least one: nothing could boot',
    });
  }
  return table;
}

/** What is wrong with rows: place, alignment, size, overlap, labels. Offsets are those of the rows in the table. */
export function partitionProblems(partitions: readonly Partition[], flash: FlashPlace): Problem[] {
  const firstFree = (flash.tableOffset ?? PARTITION_TABLE_OFFSET) + SECTOR_BYTES;
  const problems: Problem[] = [];
  partitions.forEach((partition, index) => {
    const { label, type, offset, sizeBytes } = partition;
    const report = (what: string): void =>
      void problems.push({ offset: index * ROW_BYTES, what: `${label}: ${what}` });
    const end = offset + sizeBytes;
    const alignment = isApp(partition) ? APP_ALIGNMENT : SECTOR_BYTES;
    if (offset % alignment !== 0) {
      const kind = isApp(partition) ? 'an application' : 'a partition';
      report(`offset ${hex(offset)} is not aligned, expected a multiple of ${hex(alignment)} for ${kind}`);
    }
    if (sizeBytes === 0) report('its size is 0, expected more');
    if (isApp(partition) && sizeBytes % SECTOR_BYTES !== 0) {
      report(
        `size ${hex(sizeBytes)} is wrong, expected a multiple of ${hex(SECTOR_BYTES)} for an application`,
      );
    }
    if (offset < firstFree && type !== BOOTLOADER_TYPE && type !== TABLE_TYPE) {
      report(
        `offset ${hex(offset)} is in the area of bootloader and table, expected ${hex(firstFree)} or more`,
      );
    }
    if (end > flash.sizeBytes) {
      report(`it ends at ${hex(end)}, behind the end of the flash, expected at most ${hex(flash.sizeBytes)}`);
    }
    for (const earlier of partitions.slice(0, index)) {
      if (earlier.label === label) report('an earlier row has the same label, expected each label once');
      if (offset < earlier.offset + earlier.sizeBytes && earlier.offset < end) {
        report(
          `${hex(offset)} to ${hex(end)} overlaps ${earlier.label}, ${hex(earlier.offset)} to ${hex(earlier.offset + earlier.sizeBytes)}`,
        );
      }
    }
  });
  return problems;
}

/** Whether an application may lie in this partition. */
export function isApp(partition: Partition): boolean {
  return partition.type === 0;
}
