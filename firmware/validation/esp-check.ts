import { espChipNamed } from '../esp-chips.js';
import { inspectEspImage } from '../esp-image.js';
import { inspectPartitionTable } from '../partition-check.js';
import { PARTITION_TABLE_OFFSET } from '../partition-table.js';
import type { FirmwarePlace } from './chip-check.js';
import { asFindings, refusal, type Finding, type FindingKind } from './finding.js';

/** One file for an ESP chip: an image, or a partition table; data is judged by its size only. */
export function checkEspFile(bytes: Buffer, place: FirmwarePlace): Finding[] {
  const { flashBytes, offset = 0, isProgram = true } = place;
  const findings = !isProgram
    ? []
    : bytes[0] === 0xaa && bytes[1] === 0x50
      ? tableFindings(bytes, flashBytes)
      : imageFindings(bytes, place.chip);
  if (flashBytes === undefined || offset + bytes.length <= flashBytes) return findings;
  const what = `it is ${bytes.length} bytes long, but the flash has room for ${flashBytes - offset}; make it smaller`;
  return [...findings, refusal('size', what)];
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
