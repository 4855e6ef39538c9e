import { APP_DESCRIPTOR_PLACE } from './app-descriptor.js';
import type { EspChip } from './esp-chips.js';
import { inspectEspImage, type EspImageReport } from './esp-image.js';
import { readEspFlashImage, type EspFlashPart } from './esp-flash-image.js';
import { ESP_IMAGE_MAGIC } from './esp-image-header.js';
import { hex } from './hex.js';
import { inspectPartitionTable, isApp } from './partition-check.js';
import type { Partition } from './partition-table.js';
import type { Problem } from './problem.js';
import type { ImagePlace, ImageSetExpectation, ImageSetProblem } from './release-images.js';

/**
 * The images of a release for an ESP chip: valid for the chip, partition table sound, everything within its partition, the right
 * version.
 */
export function checkEspImages(
  written: readonly ImagePlace[],
  chip: EspChip,
  expected: ImageSetExpectation,
): ImageSetProblem[] {
  const whole = written.find(({ name }) => name === 'flash');
  const parts = whole && partsOf(whole, chip);
  if (parts !== undefined && 'what' in parts) return [parts];
  const images = [...written.filter((image) => image !== whole), ...(parts ?? [])];
  const partitions = readTable(images, expected.flashSizeBytes);
  const hasBootloader = images.some(({ name }) => name === 'bootloader');
  return [
    ...partitions.problems,
    ...images.flatMap((image) => imageProblems(image, chip, expected)),
    ...images.flatMap((image) => partitionProblems(image, partitions.rows)),
    ...(hasBootloader ? [] : images.flatMap((image) => unreachable(image, chip))),
  ];
}

/** An image named `flash` has everything in one file: each part is looked into at its place. */
function partsOf(image: ImagePlace, chip: EspChip): ImagePlace[] | ImageSetProblem {
  const flash = readEspFlashImage(image.bytes, chip);
  if (flash === undefined) {
    const what = `it is no flash image of the ${chip.name}, expected bootloader, partition table and application in one file, as \`esptool merge-bin\` makes it`;
    return { image: image.name, what };
  }
  const [bootloader, ...apps] = flash.images;
  const at = (part: EspFlashPart, name: string): ImagePlace => {
    return { name, offset: image.offset + part.offset, bytes: part.bytes };
  };
  return [
    ...(bootloader ? [at(bootloader, 'bootloader')] : []),
    at(flash.table, 'partitions'),
    ...apps.filter(({ bytes }) => bytes[0] === ESP_IMAGE_MAGIC).map((app) => at(app, 'app')),
  ];
}

/** Without a bootloader the ROM starts the application itself, as on most ESP8266 boards. */
function unreachable({ name, offset }: ImagePlace, chip: EspChip): ImageSetProblem[] {
  if (name !== 'app' || chip.name !== 'esp8266' || offset === chip.bootloaderOffset) return [];
  const what = `offset ${hex(offset)} is not where the ${chip.name} looks for it, expected ${hex(chip.bootloaderOffset)} or an image named bootloader there`;
  return [{ image: name, what }];
}

function readTable(
  images: readonly ImagePlace[],
  flashSizeBytes: number,
): { rows: Partition[]; problems: ImageSetProblem[] } {
  const image = images.find(({ name }) => name === 'partitions');
  if (image === undefined) return { rows: [], problems: [] };
  const table = inspectPartitionTable(image.bytes, { sizeBytes: flashSizeBytes, tableOffset: image.offset });
  return { rows: table.partitions, problems: about(image, table.problems) };
}

/** What is wrong with a bootloader or an application itself. */
function imageProblems(image: ImagePlace, chip: EspChip, expected: ImageSetExpectation): ImageSetProblem[] {
  if (image.name !== 'bootloader' && image.name !== 'app') return [];
  const report = inspectEspImage(image.bytes, { chip: chip.name });
  const misuse =
    image.name === 'bootloader'
      ? bootloaderMisuse(image, report, chip, expected.flashSizeBytes)
      : appMisuse(report, chip, expected.version);
  return [...about(image, report.problems), ...misuse.map((what) => ({ image: image.name, what }))];
}

function bootloaderMisuse(
  { offset }: ImagePlace,
  { app, header }: EspImageReport,
  { name, bootloaderOffset }: EspChip,
  flashSizeBytes: number,
): string[] {
  const misuse: string[] = [];
  if (offset !== bootloaderOffset) {
    misuse.push(
      `offset ${hex(offset)} is not where the ${name} looks for it, expected ${hex(bootloaderOffset)}`,
    );
  }
  if (app !== undefined) {
    misuse.push(`this is the application ${app.project} ${app.version}, expected a bootloader`);
  }
  const builtFor = header?.flashSizeBytes ?? 0;
  if (builtFor > flashSizeBytes) {
    // Flashing keeps the header, and firmware that finds a smaller flash than its bootloader's header says gives up.
    const limit = hex(flashSizeBytes);
    misuse.push(
      `it is built for a flash of ${hex(builtFor)} bytes, expected at most ${limit}: no board would start`,
    );
  }
  return misuse;
}

function appMisuse({ app, header }: EspImageReport, chip: EspChip, version: string): string[] {
  if (header === undefined || app?.version === version) return [];
  if (app === undefined) {
    // Most frameworks of the ESP8266 write none; the version is then proved by the boot alone.
    if (chip.name === 'esp8266') return [];
    return [`it has no app descriptor (${APP_DESCRIPTOR_PLACE}), expected one with version ${version}`];
  }
  return [`its app descriptor says version ${app.version}, expected ${version}, the release's version`];
}

/** Whether an image lies in a partition that is meant for it; nothing is said when there is no table to hold it against. */
function partitionProblems(
  { name, offset, bytes }: ImagePlace,
  rows: readonly Partition[],
): ImageSetProblem[] {
  if (rows.length === 0 || name === 'bootloader' || name === 'partitions') return [];
  const size = hex(bytes.length);
  const isTheApp = name === 'app';
  const candidates = isTheApp ? rows.filter(isApp) : rows;
  const row = candidates.find((candidate) =>
    isTheApp ? candidate.offset === offset : around(candidate, offset),
  );
  const kind = isTheApp ? 'application partition' : 'partition';
  if (row === undefined) {
    const places = candidates.map((candidate) => `${hex(candidate.offset)} (${candidate.label})`).join(', ');
    return [
      {
        image: name,
        what: `no ${kind} ${isTheApp ? 'starts' : 'is'} at ${hex(offset)}, expected ${places || 'one in the table'}`,
      },
    ];
  }
  if (offset + bytes.length <= row.offset + row.sizeBytes) return [];
  const room = hex(row.offset + row.sizeBytes - offset);
  return [
    { image: name, what: `it is ${size} bytes long, but the ${kind} ${row.label} has room for ${room}` },
  ];
}

function around({ offset, sizeBytes }: Partition, place: number): boolean {
  return place >= offset && place < offset + sizeBytes;
}

function about({ name }: ImagePlace, problems: readonly Problem[]): ImageSetProblem[] {
  return problems.map(({ offset, what }) => ({ image: name, what: `at ${hex(offset)}: ${what}` }));
}
