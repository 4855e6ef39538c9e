import { createHash } from 'node:crypto';
import { chipFlashes } from '../chip-flash.js';
import { readAnyEspFlashImage } from '../esp-flash-image.js';
import { inspectEspImage, type EspImageReport } from '../esp-image.js';
import { inspectIntelHex } from '../intel-hex.js';
import { parsePartitionTable, type Partition } from '../partition-table.js';
import type { Problem } from '../problem.js';
import { familyText } from '../uf2-families.js';
import { inspectUf2 } from '../uf2.js';
import type { Framework } from './advisories.js';
import { checkForChip } from './chip-check.js';
import { checksumOf } from './checksum.js';
import { readContents, type Contents } from './contents-check.js';
import { frameworkOf } from './framework.js';
import { recogniseFormat, type FirmwareFormat } from './recognise.js';

/** Everything that a firmware file says about itself. Plain JSON data. */
export interface FirmwareReport extends Contents {
  format: FirmwareFormat;
  sizeBytes: number;
  sha256: string;
  crc32: string;
  md5: string;
  /** Chips that are known here and would take the file, at the start of their flash. */
  fits: string[];
  /** What the file goes to, in order; for ESP images as the CPU sees it. */
  segments: { address: number; sizeBytes: number }[];
  /** Address of the first instruction, where the format has one. */
  entry?: number;
  framework?: Framework;
  esp?: Omit<EspImageReport, 'problems' | 'segments'>;
  partitions?: Partition[];
  /** Of a UF2 file: `0xe48bff56 (rp2040)`. */
  family?: string;
  /** What the format's reader objects to. */
  problems: Problem[];
}

/** Reads a file wholly, whatever it is. Never throws. */
export function inspectFirmware(bytes: Buffer, now: Date): FirmwareReport {
  const framework = frameworkOf(bytes);
  return {
    format: recogniseFormat(bytes),
    sizeBytes: bytes.length,
    sha256: checksumOf(bytes, 'sha256'),
    crc32: checksumOf(bytes, 'crc32'),
    md5: createHash('md5').update(bytes).digest('hex'),
    fits: chipFlashes.filter(({ chip }) => takes(bytes, chip)).map(({ chip }) => chip),
    ...(framework && { framework }),
    ...partsOf(bytes),
    ...readContents(bytes, now),
  };
}

function takes(bytes: Buffer, chip: string): boolean {
  return !checkForChip(bytes, { chip }).some(({ severity }) => severity === 'error');
}

type Parts = Pick<FirmwareReport, 'segments' | 'entry' | 'esp' | 'partitions' | 'family' | 'problems'>;

function partsOf(bytes: Buffer): Parts {
  const format = recogniseFormat(bytes);
  const flash = format === 'esp-image' || format === 'esp-flash' ? readAnyEspFlashImage(bytes) : undefined;
  if (flash !== undefined) {
    const { partitions, problems } = parsePartitionTable(flash.table.bytes);
    return { segments: [], partitions, problems: [...problems, ...flash.problems] };
  }
  if (format === 'esp-image') {
    const { problems, segments, ...esp } = inspectEspImage(bytes);
    const places = segments.map(({ address, sizeBytes }) => ({ address, sizeBytes }));
    return { segments: places, ...(esp.header && { entry: esp.header.entry }), esp, problems };
  }
  if (format === 'partition-table') {
    const { partitions, problems } = parsePartitionTable(bytes);
    return { segments: [], partitions, problems };
  }
  if (format === 'intel-hex') {
    const { segments, entry, problems } = inspectIntelHex(bytes);
    return { segments: sizes(segments), ...(entry !== undefined && { entry }), problems };
  }
  if (format === 'uf2') {
    const { segments, familyId, problems } = inspectUf2(bytes);
    return {
      segments: sizes(segments),
      ...(familyId !== undefined && { family: familyText(familyId) }),
      problems,
    };
  }
  const empty = { offset: 0, what: 'the file is empty, expected firmware' };
  return { segments: [], problems: bytes.length === 0 ? [empty] : [] };
}

function sizes(segments: readonly { address: number; data: Buffer }[]): FirmwareReport['segments'] {
  return segments.map(({ address, data }) => ({ address, sizeBytes: data.length }));
}
