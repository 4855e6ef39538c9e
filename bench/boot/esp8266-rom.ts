import { ESP_IMAGE_MAGIC } from '../../firmware/esp-image-header.js';
import type { EspImageSegment } from '../../firmware/esp-image-segments.js';
import { espChecksum } from '../../firmware/esp-image-tail.js';
import { ESP8266_HEADER_BYTES, readEsp8266Part, type Esp8266Part } from '../../firmware/esp8266-image.js';
import type { FlashArray } from '../parts.js';
import { timings } from '../timings.js';
import type { BoardOutput } from './output.js';
import type { ResetCause } from './rom-texts.js';

/** Its reset causes: 1 power, 2 reset by a pin or by software, 4 watchdog. It has no brown-out detector: a supply that comes back is power-on. */
const causes: Record<ResetCause, number> = {
  'power-on': 1,
  'software-cpu': 2,
  'software-system': 2,
  watchdog: 4,
  'brown-out': 1,
};
/** Boot mode by the straps: 3 flash, 1 UART; the second figure is what the SDIO pins read. */
const modes = { run: '3,6', download: '1,6' };
const rowBytes = 16;
/** What the ROM loads lies in the first sectors, in RAM no longer than this. */
const mostBytes = 0x18000;

/** The ROM's text after a reset with the boot strap held. */
export async function esp8266RomDownload(output: BoardOutput, cause: ResetCause): Promise<void> {
  await greet(output, cause, 'download');
  output.flush();
}

/**
 * The ROM from a reset to the first instruction of what lies at the start of flash, which it returns. Undefined when that is no good: then it has said
 * so, and the watchdog resets the chip. It checks magic and checksum.
 */
export async function esp8266RomBoot(
  { output, flash }: { output: BoardOutput; flash: FlashArray },
  cause: ResetCause,
): Promise<Esp8266Part | undefined> {
  await greet(output, cause, 'run');
  if (cause === 'watchdog') output.print('wdt reset');
  const image = flash.read(0, Math.min(mostBytes, flash.sizeBytes));
  if (image[0] !== ESP_IMAGE_MAGIC) return hang(output);
  const part = readEsp8266Part(image);
  output.work(timings.romLoad);
  const seen: Buffer[] = [];
  for (const segment of part.segments) {
    seen.push(image.subarray(segment.dataOffset, segment.dataOffset + segment.sizeBytes));
    printLoad(output, segment, `chksum 0x${byte(espChecksum(seen))}`);
  }
  const { checksum } = part;
  if (checksum === undefined) {
    printLoad(output, nextSegment(image, part.segments));
    return hang(output);
  }
  if (checksum.stored !== checksum.calculated) {
    output.print('csum err');
    return hang(output);
  }
  output.print(`csum 0x${checksum.stored}`);
  await output.settle();
  return part;
}

async function greet(output: BoardOutput, cause: ResetCause, mode: 'run' | 'download'): Promise<void> {
  output.work(timings.romStart);
  await output.settle();
  output.print('');
  output.print(` ets Jan  8 2013,rst cause:${causes[cause]}, boot mode:(${modes[mode]})`);
  output.print('');
}

/** `room` is what is left of a row of 16 bytes at the start of the data, `tail` what is over at its end. */
function printLoad(
  output: BoardOutput,
  { address, sizeBytes, dataOffset }: Omit<EspImageSegment, 'kind'>,
  checksum?: string,
): void {
  const room = rowBytes - (dataOffset % rowBytes);
  output.print(`load 0x${address.toString(16).padStart(8, '0')}, len ${sizeBytes}, room ${room} `);
  if (checksum === undefined) return;
  output.print(`tail ${(sizeBytes + rowBytes - room) % rowBytes}`);
  output.print(checksum);
}

async function hang(output: BoardOutput): Promise<undefined> {
  output.print('ets_main.c ');
  await output.settle();
  output.work(timings.romWatchdog);
  await output.settle();
  return undefined;
}

/** What stands where the segment after the last readable one should begin. */
function nextSegment(image: Buffer, segments: readonly EspImageSegment[]): Omit<EspImageSegment, 'kind'> {
  const last = segments.at(-1);
  const at = last ? last.dataOffset + last.sizeBytes : ESP8266_HEADER_BYTES;
  const isThere = at + 8 <= image.length;
  return {
    address: isThere ? image.readUInt32LE(at) : 0xffffffff,
    sizeBytes: isThere ? image.readInt32LE(at + 4) : -1,
    dataOffset: at + 8,
  };
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
