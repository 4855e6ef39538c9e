import { readFile } from 'node:fs/promises';
import { chipFlashes } from '../../firmware/chip-flash.js';
import { readEspFlashImage, readAnyEspFlashImage } from '../../firmware/esp-flash-image.js';
import { espChips, type EspChip } from '../../firmware/esp-chips.js';
import { inspectEspImage } from '../../firmware/esp-image.js';
import { checkForChip } from '../../firmware/validation/chip-check.js';
import { formatName, recogniseFormat, type FirmwareFormat } from '../../firmware/validation/recognise.js';
import { shownPath } from './slot-at.js';

/** What a firmware file says about itself, as far as a batch needs it. */
export interface FirmwareSource {
  path: string;
  bytes: Buffer;
  format: FirmwareFormat;
  /** Everything in one file: bootloader, partition table and application. */
  isFlash: boolean;
  /** Chips that could run it; none when it is damaged or no program. */
  chips: string[];
  /** Of an ESP application's descriptor. */
  version?: string;
}

/** Reads a firmware file, or says why it cannot be used; `data` is only read. */
export async function readFirmwareSource(
  path: string,
  as: 'program' | 'data' = 'program',
): Promise<FirmwareSource | string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return `there is no file ${shownPath(path)}; copy it there, or correct the path`;
    if (code === 'EISDIR') return `${shownPath(path)} is a folder; name a firmware file in it`;
    return `${shownPath(path)} cannot be read (${code}); check its permissions`;
  }
  if (bytes.length === 0) return `${shownPath(path)} is empty; copy it anew`;
  const format = recogniseFormat(bytes);
  if (as === 'data') return { path, bytes, format, isFlash: false, chips: [] };
  if (!programs.includes(format)) {
    return `${shownPath(path)} is ${formatName(format)}, which no board takes; name the ESP image, Intel HEX, UF2 or raw binary that is made from it`;
  }
  const flash = readAnyEspFlashImage(bytes);
  const chips = chipFlashes.filter(({ chip }) => isFor(bytes, chip)).map(({ chip }) => chip);
  const version = versionIn(bytes, chips);
  return { path, bytes, format, isFlash: flash !== undefined, chips, ...(version && { version }) };
}

const programs: readonly FirmwareFormat[] = ['esp-image', 'esp-flash', 'intel-hex', 'uf2', 'raw'];

function isFor(bytes: Buffer, chip: string): boolean {
  return !checkForChip(bytes, { chip }).some(({ severity }) => severity === 'error');
}

function versionIn(bytes: Buffer, chips: readonly string[]): string | undefined {
  const esp = espChips.find(({ name }) => chips.includes(name));
  if (esp === undefined) return undefined;
  const app = appIn(bytes, esp);
  return inspectEspImage(app).app?.version;
}

/** The application of a flash image, or the image itself. */
function appIn(bytes: Buffer, chip: EspChip): Buffer {
  const parts = readEspFlashImage(bytes, chip)?.images.slice(1) ?? [];
  return parts.find((part) => inspectEspImage(part.bytes).app !== undefined)?.bytes ?? bytes;
}
