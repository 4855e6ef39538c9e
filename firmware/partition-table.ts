import { createHash } from 'node:crypto';
import { readFixedText, writeFixedText } from './fixed-text.js';
import { hex } from './hex.js';
import type { Problem } from './problem.js';

/** One row of the table (ESP-IDF, "Partition Tables"; `esp_partition_info_t` in esp_flash_partitions.h). */
export interface Partition {
  /** At most 15 characters. */
  label: string;
  /** 0 application, 1 data, others the product's own. */
  type: number;
  /** Of an application: 0x00 factory, 0x10 to 0x1f OTA slots, 0x20 test. Of data: 0 otadata, 1 phy, 2 nvs, … */
  subtype: number;
  /** In flash, bytes; so is `sizeBytes`. */
  offset: number;
  sizeBytes: number;
  encrypted: boolean;
}

/** A row that is not encrypted; type and subtype as in ESP-IDF's partition table documentation, offset and size in bytes. */
export function partition(
  label: string,
  type: number,
  subtype: number,
  offset: number,
  sizeBytes: number,
): Partition {
  return { label, type, subtype, offset, sizeBytes, encrypted: false };
}

export interface PartitionTable {
  /** In table order, as far as they could be read. */
  partitions: Partition[];
  /** False when the table has no MD5 row: tables of old tools. */
  hasMd5: boolean;
  problems: Problem[];
}

/** A table's image; its sector in flash is longer, and erased behind this. */
export const PARTITION_TABLE_BYTES = 0xc00;
export const PARTITION_TABLE_OFFSET = 0x8000;
export const ROW_BYTES = 32;
const ROW_MAGIC = 0x50aa;
const MD5_MAGIC = 0xebeb;
const END_MAGIC = 0xffff;

/** Reads a table row by row to its end. Gathers what is wrong with the rows themselves, and never throws. */
export function parsePartitionTable(bytes: Buffer): PartitionTable {
  const table: PartitionTable = { partitions: [], hasMd5: false, problems: [] };
  const report = (offset: number, what: string): void => void table.problems.push({ offset, what });
  for (let offset = 0; offset < PARTITION_TABLE_BYTES; offset += ROW_BYTES) {
    const row = bytes.subarray(offset, offset + ROW_BYTES);
    if (row.length < ROW_BYTES) {
      report(bytes.length, `the table ends without an end row (32 bytes of ff), expected at ${hex(offset)}`);
      return table;
    }
    const magic = row.readUInt16LE(0);
    if (magic === END_MAGIC) {
      if (!row.every((byte) => byte === 0xff))
        report(offset, 'the end row is not all ff, expected 32 bytes of ff');
      if (table.partitions.length === 0) report(0, 'the table has no rows, expected at least an application');
      return table;
    }
    if (magic === MD5_MAGIC) {
      table.hasMd5 = true;
      readMd5Row(row, bytes.subarray(0, offset), offset, report);
    } else if (magic === ROW_MAGIC) {
      if (table.hasMd5)
        report(offset, 'a row follows the MD5 row, expected the end row: the MD5 does not cover it');
      table.partitions.push(readRow(row, offset, report));
    } else {
      const found = `${hex(row.readUInt8(0), 2)} ${hex(row.readUInt8(1), 2)}`;
      report(
        offset,
        `the row starts with ${found}, expected 0xaa 0x50 of a partition, 0xeb 0xeb of the MD5 or 0xff 0xff of the end`,
      );
      return table;
    }
  }
  report(PARTITION_TABLE_BYTES, `the table has no end row within its ${hex(PARTITION_TABLE_BYTES)} bytes`);
  return table;
}

type Report = (offset: number, what: string) => void;

function readRow(row: Buffer, offset: number, report: Report): Partition {
  const flags = row.readUInt32LE(28);
  // A label of 16 characters has no room for its zero byte; the second stage reads it all the same.
  const label = readFixedText(Buffer.concat([row.subarray(12, 28), Buffer.alloc(1)]));
  if (!label) report(offset + 12, 'the label is not readable text, expected 1 to 16 characters of ASCII');
  return {
    label: label ?? '',
    type: row.readUInt8(2),
    subtype: row.readUInt8(3),
    offset: row.readUInt32LE(4),
    sizeBytes: row.readUInt32LE(8),
    encrypted: (flags & 1) === 1,
  };
}

function readMd5Row(row: Buffer, rows: Buffer, offset: number, report: Report): void {
  if (!row.subarray(2, 16).every((byte) => byte === 0xff)) {
    report(offset + 2, 'the MD5 row is damaged, expected 14 bytes of ff behind its 0xeb 0xeb');
  }
  const stored = row.toString('hex', 16);
  const calculated = createHash('md5').update(rows).digest('hex');
  if (stored !== calculated) {
    report(offset + 16, `the MD5 of the rows is ${stored}, expected ${calculated}: the table is damaged`);
  }
}

/** The table's image: the rows as given, their MD5, and FF up to 0xc00. Throws RangeError when they do not fit; `checkPartitions` checks the rest. */
export function buildPartitionTable(partitions: readonly Partition[]): Buffer {
  const most = PARTITION_TABLE_BYTES / ROW_BYTES - 2;
  if (partitions.length > most)
    throw new RangeError(`a table holds ${most} rows, these are ${partitions.length}`);
  const rows = Buffer.concat(partitions.map(buildRow));
  const md5 = Buffer.alloc(ROW_BYTES, 0xff);
  md5.writeUInt16LE(MD5_MAGIC, 0);
  createHash('md5').update(rows).digest().copy(md5, 16);
  const rest = PARTITION_TABLE_BYTES - rows.length - ROW_BYTES;
  return Buffer.concat([rows, md5, Buffer.alloc(rest, 0xff)]);
}

function buildRow(partition: Partition): Buffer {
  const row = Buffer.alloc(ROW_BYTES);
  row.writeUInt16LE(ROW_MAGIC, 0);
  row.writeUInt8(partition.type, 2);
  row.writeUInt8(partition.subtype, 3);
  row.writeUInt32LE(partition.offset, 4);
  row.writeUInt32LE(partition.sizeBytes, 8);
  writeFixedText(row, 12, 16, partition.label);
  row.writeUInt32LE(partition.encrypted ? 1 : 0, 28);
  return row;
}
