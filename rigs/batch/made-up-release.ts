import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { espChipNamed } from '../../firmware/esp-chips.js';
import { isApp } from '../../firmware/partition-check.js';
import { PARTITION_TABLE_OFFSET, parsePartitionTable } from '../../firmware/partition-table.js';
import type { LoadedRelease } from '../fit-rules.js';
import { checkRelease } from '../release-rules.js';
import type { ImageEntry, ReleaseFile } from '../rig-files.js';
import type { FirmwareFiles } from './draft.js';
import { readFirmwareSource, type FirmwareSource } from './firmware-source.js';
import { madeUpFile } from './made-up-file.js';
import { patch, type Patch } from './patched-file.js';
import { resaid, type Said } from './said.js';

/** Where ESP-IDF and Arduino put an application unless the partition table says otherwise. */
const APP_OFFSET = 0x10000;

/** The release that a batch means by naming firmware files for a chip; whatever speaks against it is among its file's problems. */
export async function madeUpRelease(
  firmware: Said<FirmwareFiles>,
  source: FirmwareSource,
  chip: string,
  name: string,
): Promise<LoadedRelease> {
  const { bootloader, partitions, version } = firmware.value;
  const images = [
    ...(await besides('bootloader', bootloader, espChipNamed(chip)?.bootloaderOffset ?? 0)),
    ...(await besides('partitions', partitions, PARTITION_TABLE_OFFSET)),
    entry(
      source.isFlash ? 'flash' : 'app',
      offsetOf(firmware.value, source, chip, await tableOf(partitions)),
      source,
    ),
  ];
  const versioned = version ?? resaid(firmware, source.version ?? versionInName(source.path));
  const patches: Patch[] = [
    ...patch(['release'], firmware, name),
    ...patch(['version'], versioned),
    ...patch(['chip'], firmware, chip),
    ...patch(['images'], firmware, images),
    ...images.flatMap((image, index) => {
      const from =
        image.name === 'bootloader' ? bootloader : image.name === 'partitions' ? partitions : undefined;
      return from === undefined ? [] : patch(['images', index], from, image);
    }),
  ];
  const file = await madeUpFile<ReleaseFile>('release', {
    name,
    file: firmware.problem('').file,
    from: firmware,
    patches,
  });
  const loaded = { file, images: await checkRelease(file) };
  const isAlone = images.length === 1 && !source.isFlash;
  return isAlone ? { ...loaded, isUpdate: true } : loaded;
}

/** The name of a release that only a batch knows: that of its file. */
export function releaseNameOf(path: string, chip: string): string {
  const plain = basename(path, extname(path))
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return plain.includes(chip) || plain === '' ? plain || chip : `${plain}-${chip}`;
}

/** `1.2.3` of `device_v1.2.3.bin`: for formats that have no place for a version. */
export function versionInName(path: string): string | undefined {
  return /(?:^|[^0-9.])v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z]+)?)/.exec(basename(path, extname(path)))?.[1];
}

/** A merged image begins at the start of flash; Intel HEX and UF2 bring their own addresses. */
function offsetOf(
  { offset }: FirmwareFiles,
  source: FirmwareSource,
  chip: string,
  table: number | undefined,
): number {
  if (source.isFlash || source.format === 'intel-hex' || source.format === 'uf2') return 0;
  if (offset !== undefined) return offset.value;
  return espChipNamed(chip) === undefined || chip === 'esp8266' ? 0 : (table ?? APP_OFFSET);
}

/** Where the table has its first application. */
async function tableOf(partitions: Said<string> | undefined): Promise<number | undefined> {
  const table = partitions && (await readFirmwareSource(partitions.value, 'data'));
  if (table === undefined || typeof table === 'string') return undefined;
  return parsePartitionTable(table.bytes).partitions.find(isApp)?.offset;
}

async function besides(name: string, said: Said<string> | undefined, offset: number): Promise<ImageEntry[]> {
  if (said === undefined) return [];
  const source = await readFirmwareSource(said.value, 'data');
  // What is wrong with the file is said when the release is checked; it needs some hash to be looked at.
  return [
    typeof source === 'string'
      ? { name, offset, file: said.value, sha256: '0'.repeat(64) }
      : entry(name, offset, source),
  ];
}

function entry(name: string, offset: number, { path, bytes }: FirmwareSource): ImageEntry {
  return { name, offset, file: path, sha256: createHash('sha256').update(bytes).digest('hex') };
}
