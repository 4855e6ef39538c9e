import { readAppDescriptor, mmuPageBytes, type AppDescriptor } from './app-descriptor.js';
import { readBootloaderDescriptor, type BootloaderDescriptor } from './bootloader-descriptor.js';
import { espChipNamed, type EspChipName } from './esp-chips.js';
import { described, ESP_IMAGE_MAGIC, readEspImageHeader, type EspImageHeader } from './esp-image-header.js';
import { isEsp8266Image } from './esp8266-image.js';
import { inspectEsp8266Image } from './esp8266-inspect.js';
import { readEspImageSegments, segmentProblems, type EspImageSegment } from './esp-image-segments.js';
import { readEspImageTail, type Proof } from './esp-image-tail.js';
import type { Problem } from './problem.js';

/** All that an ESP image says about itself. What could not be read because the image is damaged is left out. */
export interface EspImageReport {
  /** In file order; empty when a board would accept the image. */
  problems: Problem[];
  header?: EspImageHeader;
  /** In file order, as far as they could be read. */
  segments: EspImageSegment[];
  checksum?: Proof;
  /** Left out when the image has no appended SHA-256. */
  hash?: Proof;
  app?: AppDescriptor;
  bootloader?: BootloaderDescriptor;
  /**
   * Length by the headers, with padding, checksum and hash. The bytes may go on behind it: a flash array with FF, a
   * signed image with its signature. Left out when the segments could not all be read.
   */
  sizeBytes?: number;
}

/** What the caller knows about the image. */
export interface EspImageExpectation {
  /** Another chip's image is a problem; left out: any known chip will do. */
  chip?: EspChipName;
}

/**
 * Reads an ESP image wholly, of the ESP8266 too: header, segments, checksum, appended SHA-256 and descriptors
 * (esptool documentation, "Firmware Image Format"; ESP-IDF, "App Image Format"). Gathers every problem, and never throws, whatever the bytes are.
 */
export function inspectEspImage(bytes: Buffer, expected: EspImageExpectation = {}): EspImageReport {
  const expectedChip = expected.chip === undefined ? undefined : espChipNamed(expected.chip);
  if (isEsp8266Image(bytes) || (expected.chip === 'esp8266' && !hasExtendedHeader(bytes))) {
    const report = inspectEsp8266Image(bytes);
    if (expectedChip === undefined || expectedChip.name === 'esp8266') return report;
    const what = `the image is for esp8266, expected ${described(expectedChip)}`;
    return { ...report, problems: inFileOrder([...report.problems, { offset: 8, what }]) };
  }
  const { header, problems } = readEspImageHeader(bytes, expectedChip);
  if (header === undefined) return { problems, segments: [] };

  const chip = header.chip === undefined ? expectedChip : espChipNamed(header.chip);
  const { segments, end, problems: broken } = readEspImageSegments(bytes, header, chip);
  problems.push(...broken);
  const { app, problems: unreadable } = readAppDescriptor(bytes);
  problems.push(...unreadable);
  const bootloader = app === undefined ? readBootloaderDescriptor(bytes) : undefined;
  const known = { header, segments, ...(app && { app }), ...(bootloader && { bootloader }) };
  if (end === undefined) return { ...known, problems: inFileOrder(problems) };

  problems.push(
    ...segmentProblems(segments, header.entry, mmuPageBytes(app, chip?.leastPageBytes ?? 0x10000)),
  );
  const { problems: unproved, ...tail } = readEspImageTail(bytes, segments, end, header.hashAppended);
  problems.push(...unproved);
  return { ...known, ...tail, problems: inFileOrder(problems) };
}

/** Whether bytes that do not look like an ESP8266's image cannot be one either: no image at all, or one of a later chip by its header. */
function hasExtendedHeader(bytes: Buffer): boolean {
  return bytes[0] !== ESP_IMAGE_MAGIC || readEspImageHeader(bytes).header?.chip !== undefined;
}

function inFileOrder(problems: Problem[]): Problem[] {
  return problems.sort((one, other) => one.offset - other.offset);
}
