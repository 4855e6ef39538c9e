import { APP_DESCRIPTOR_PLACE } from './app-descriptor.js';
import { espChipNamed, espChips, type EspChip } from './esp-chips.js';
import { inspectEspImage, type EspImageReport } from './esp-image.js';
import { hex } from './hex.js';
import { inspectPartitionTable, isApp } from './partition-check.js';
import type { Partition } from './partition-table.js';
import type { Problem } from './problem.js';

/** An image of a release, as it would be written. */
export interface ImagePlace {
  /** `bootloader`, `partitions` and `app` are what they say; any other name is data for one of the partitions. */
  name: string;
  /** In flash. */
  offset: number;
  bytes: Buffer;
}

/** One thing that is wrong with a release. */
export interface ImageSetProblem {
  /** Name of the image to look at; empty when it is about the release as a whole. */
  image: string;
  what: string;
}

export interface ImageSetExpectation {
  /** Chip family: `esp32`. */
  chip: string;
  /** The release's version, which the app descriptor must carry. */
  version: string;
  flashSizeBytes: number;
}

/**
 * Looks into the images of a release before a board is touched: valid for the chip, partition table sound, everything within its partition, the
 * right version. Names, offsets and overlaps are the release file's business. Never throws; empty when all is well.
 */
export function checkImageContents(
  images: readonly ImagePlace[],
  expected: ImageSetExpectation,
): ImageSetProblem[] {
  const chip = espChipNamed(expected.chip);
  if (chip === undefined) {
    const known = espChips.map(({ name }) => name).join(', ');
    return [
      { image: '', what: `images for ${expected.chip} cannot be checked, expected a chip of ${known}` },
    ];
  }
  const partitions = readTable(images, expected.flashSizeBytes);
  return [
    ...partitions.problems,
    ...images.flatMap((image) => imageProblems(image, chip, expected)),
    ...images.flatMap((image) => partitionProblems(image, partitions.rows)),
  ];
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
      : appMisuse(report, expected.version);
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

function appMisuse({ app, header }: EspImageReport, version: string): string[] {
  if (header === undefined || app?.version === version) return [];
  if (app === undefined) {
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
