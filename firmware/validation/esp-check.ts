import { espChipNamed } from '../esp-chips.js';
import { readEspFlashImage, type EspFlashPart } from '../esp-flash-image.js';
import { ESP_IMAGE_MAGIC } from '../esp-image-header.js';
import { inspectEspImage } from '../esp-image.js';
import { inspectPartitionTable } from '../partition-check.js';
import { PARTITION_TABLE_OFFSET } from '../partition-table.js';
import type { FirmwarePlace } from './chip-check.js';
import { asFindings, refusal, type Finding, type FindingKind } from './finding.js';

/** One file for an ESP chip: an image, a partition table, or a flash image with all of them; data is judged by its size only. */
export function checkEspFile(bytes: Buffer, place: FirmwarePlace): Finding[] {
  const { flashBytes, offset = 0, isProgram = true } = place;
  const findings = !isProgram
    ? []
    : bytes[0] === 0xaa && bytes[1] === 0x50
      ? tableFindings(bytes, flashBytes)
      : (flashFindings(bytes, place) ?? imageFindings(bytes, place.chip));
  if (flashBytes === undefined || offset + bytes.length <= flashBytes) return findings;
  const what = `it is ${bytes.length} bytes long, but the flash has room for ${flashBytes - offset}; make it smaller`;
  return [...findings, refusal('size', what)];
}

/** Everything in a flash image; undefined when the file is none. */
function flashFindings(bytes: Buffer, { chip, flashBytes }: FirmwarePlace): Finding[] | undefined {
  const expected = espChipNamed(chip);
  const flash = expected && readEspFlashImage(bytes, expected);
  if (flash === undefined) return undefined;
  const { images, table, problems } = flash;
  const isImage = ({ bytes }: EspFlashPart): boolean => bytes[0] === ESP_IMAGE_MAGIC;
  const bootable = images.slice(1).some(isImage);
  const within = (name: string, start: number, findings: Finding[]): Finding[] =>
    findings.map(({ offset = 0, what, ...finding }) => ({
      ...finding,
      offset: start + offset,
      what: `${name}: ${what}`,
    }));
  return [
    ...images.flatMap((image) => {
      const found = imageFindings(image.bytes, chip);
      // The second stage passes over a slot without an image, and boots another.
      const passedOver = bootable && !isImage(image);
      const judged = passedOver
        ? found.map((finding) => ({ ...finding, severity: 'warning' as const }))
        : found;
      return within(image.name, image.offset, judged);
    }),
    ...within(table.name, table.offset, tableFindings(table.bytes, flashBytes)),
    ...asFindings('format', problems),
  ];
}

function tableFindings(bytes: Buffer, flashBytes = 0x1_0000_0000): Finding[] {
  const { problems } = inspectPartitionTable(bytes, {
    sizeBytes: flashBytes,
    tableOffset: PARTITION_TABLE_OFFSET,
  });
  return asFindings('format', problems);
}

function imageFindings(bytes: Buffer, chip: string): Finding[] {
  const expected = espChipNamed(chip);
  const { problems, header, checksum, hash } = inspectEspImage(bytes, expected && { chip: expected.name });
  const kindAt = (offset: number): FindingKind => {
    if (header !== undefined && header.chip !== chip && offset === CHIP_ID_OFFSET) return 'chip';
    return [checksum, hash].some((proof) => proof?.offset === offset) ? 'checksum' : 'format';
  };
  return problems.map((problem) => ({ kind: kindAt(problem.offset), severity: 'error', ...problem }));
}

const CHIP_ID_OFFSET = 12;
