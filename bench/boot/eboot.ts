import { ESP_IMAGE_MAGIC } from '../../firmware/esp-image-header.js';
import { ESP8266_APP_OFFSET, ESP8266_HEADER_BYTES, readEsp8266Part } from '../../firmware/esp8266-image.js';
import type { FlashArray } from '../parts.js';
import { timings } from '../timings.js';
import type { BoardOutput } from './output.js';

/** The application as eboot starts it. */
export interface EbootApp {
  /** From its header to its end. */
  bytes: Buffer;
  /** False when its checksum is wrong, which nobody looks at before it runs. */
  isWhole: boolean;
}

/**
 * Arduino's second stage (esp8266/Arduino, bootloaders/eboot): prints the first word of the application's first segment, `~ld`, copies the segments
 * that belong into RAM and jumps. It checks nothing: where no application can be read the chip runs astray, and undefined is returned.
 */
export async function runEboot({
  output,
  flash,
}: {
  output: BoardOutput;
  flash: FlashArray;
}): Promise<EbootApp | undefined> {
  const image = flash.read(0, flash.sizeBytes);
  const version = image.readUInt32LE(ESP8266_APP_OFFSET + ESP8266_HEADER_BYTES + 8);
  output.print(`v${version.toString(16).padStart(8, '0')}`);
  output.print('~ld');
  output.work(timings.secondStageStart);
  await output.settle();
  const part = image[ESP8266_APP_OFFSET] === ESP_IMAGE_MAGIC && readEsp8266Part(image, ESP8266_APP_OFFSET);
  if (!part || part.end === undefined) {
    output.work(timings.romWatchdog);
    await output.settle();
    return undefined;
  }
  const { checksum } = part;
  const isWhole = checksum !== undefined && checksum.stored === checksum.calculated;
  return { bytes: image.subarray(ESP8266_APP_OFFSET, part.end), isWhole };
}
