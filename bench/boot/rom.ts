import { inspectEspImage, type EspImageReport } from '../../firmware/esp-image.js';
import { ESP_HEADER_BYTES, ESP_IMAGE_MAGIC } from '../../firmware/esp-image-header.js';
import { SEGMENT_HEADER_BYTES, type EspImageSegment } from '../../firmware/esp-image-segments.js';
import { timings } from '../timings.js';
import type { ChipRun } from './chip-run.js';
import type { ResetCause } from './rom-texts.js';

/** Up to here the ROM looks for the second stage; the partition table follows it. */
const bootloaderEnd = 0x8000;
const triesBeforeReset = 7;

/** The ROM's text after a reset with the boot strap held: from here on the loader has the UART. */
export async function romDownload(
  { output, texts }: Pick<ChipRun, 'output' | 'texts'>,
  cause: ResetCause,
): Promise<void> {
  await greet({ output, texts }, cause, texts.downloadMode);
  output.print('waiting for download');
  // The loader listens from now on: a host that has read this far may speak at once.
  output.flush();
}

/**
 * The ROM from a reset to the first instruction of the second stage, which it returns. Undefined when what is in flash is no good:
 * then it has said so, and its watchdog resets the chip. It checks magic, segments and checksum, not the SHA-256.
 */
export async function romBoot(run: ChipRun, cause: ResetCause): Promise<EspImageReport | undefined> {
  const { output, texts, flash } = run;
  await greet(run, cause, texts.flashMode);
  const offset = texts.chip.bootloaderOffset;
  const image = flash.read(offset, bootloaderEnd - offset);
  if (image[0] !== ESP_IMAGE_MAGIC) {
    await refuseHeader(run, image.readUInt32LE(0));
    return undefined;
  }
  const report = inspectEspImage(image);
  for (const line of texts.beforeMode) output.print(line);
  output.print(`mode:${report.header?.flashMode ?? 'SLOW_READ'}, clock div:${clockDivider(report)}`);
  output.work(timings.romLoad);
  for (const { address, sizeBytes } of report.segments) printLoad(run, address, sizeBytes);
  const { checksum, header } = report;
  if (checksum === undefined || header === undefined) {
    const [address, sizeBytes] = nextSegmentHeader(image, report.segments);
    printLoad(run, address, sizeBytes);
    return hang(run);
  }
  if (checksum.calculated !== checksum.stored) {
    const [calculated, stored] = [checksum.calculated, checksum.stored].map((hex) =>
      Number.parseInt(hex, 16),
    );
    for (const line of texts.checksumError(calculated ?? 0, stored ?? 0)) output.print(line);
    return hang(run);
  }
  output.print(`entry 0x${word(header.entry)}`);
  await output.settle();
  return report;
}

async function greet(
  { output, texts }: Pick<ChipRun, 'output' | 'texts'>,
  cause: ResetCause,
  mode: string,
): Promise<void> {
  output.work(timings.romStart);
  await output.settle();
  for (const line of texts.banner) output.print(line);
  output.print(`rst:${texts.causes[cause]},boot:${mode}`);
  for (const line of texts.afterCause(cause)) output.print(line);
}

async function refuseHeader({ output }: ChipRun, firstWord: number): Promise<void> {
  for (let tries = 0; tries < triesBeforeReset; tries++) {
    output.print(`invalid header: 0x${word(firstWord)}`);
    output.work(timings.romRetry);
    await output.settle();
  }
  output.work(timings.romWatchdog);
  await output.settle();
}

async function hang({ output }: ChipRun): Promise<undefined> {
  await output.settle();
  output.work(timings.romWatchdog);
  await output.settle();
  return undefined;
}

function printLoad({ output, texts }: ChipRun, address: number, sizeBytes: number): void {
  output.print(`load:0x${word(address)},len:${texts.lengthOf(sizeBytes)}`);
}

/** Address and length that stand where the segment after the last readable one should begin. */
function nextSegmentHeader(image: Buffer, segments: readonly EspImageSegment[]): [number, number] {
  const last = segments.at(-1);
  const at = last ? last.dataOffset + last.sizeBytes : ESP_HEADER_BYTES;
  if (at + SEGMENT_HEADER_BYTES > image.length) return [0xffffffff, 0xffffffff];
  return [image.readUInt32LE(at), image.readUInt32LE(at + 4)];
}

/** Of the 80 MHz flash clock, by the frequency nibble of the header. */
function clockDivider({ header }: EspImageReport): number {
  return { 0xf: 1, 0: 2, 1: 3, 2: 4 }[header?.flashFrequency ?? 0] ?? 2;
}

function word(value: number): string {
  return value.toString(16).padStart(8, '0');
}
