import { chipFlashOf, type ChipFlash } from '../chip-flash.js';
import { espChipNamed } from '../esp-chips.js';
import { inspectIntelHex } from '../intel-hex.js';
import { inspectUf2, uf2Families } from '../uf2.js';
import { checkAvrFile } from './avr-check.js';
import { checkEspFile } from './esp-check.js';
import { asFindings, refusal, type Finding } from './finding.js';
import { recogniseFormat, type FirmwareFormat } from './recognise.js';
import { checkRp2040File, uf2FamilyFindings } from './rp2040-check.js';
import { checkStm32File } from './stm32-check.js';

/** Where a file goes. */
export interface FirmwarePlace {
  /** Chip family: `esp32`. */
  chip: string;
  /** Flash that there is; the chip's own where that is smaller, and no limit when nothing is known. */
  flashBytes?: number;
  /** From the start of flash; 0 unless told. Intel HEX and UF2 files bring their own addresses. */
  offset?: number;
  /** False for data, of which only the size can be wrong; true unless told. */
  isProgram?: boolean;
}

/** The formats in which a chip's programs come; none when nothing is known of the chip. */
export function programFormats(chip: string): readonly FirmwareFormat[] {
  const kind = chipFlashOf(chip)?.kind;
  return kind === undefined ? [] : formats[kind];
}

const formats: Record<ChipFlash['kind'], readonly FirmwareFormat[]> = {
  esp: ['esp-image'],
  avr: ['intel-hex', 'raw'],
  stm32: ['raw'],
  rp2: ['uf2', 'raw'],
};

/** Whether a chip could run what is in a file: its format, wholly, and what can be told of the chip it was built for. Never throws. */
export function checkForChip(bytes: Buffer, place: FirmwarePlace): Finding[] {
  if (bytes.length === 0) return [refusal('format', 'the file is empty, expected firmware; copy it anew')];
  if (espChipNamed(place.chip) !== undefined) return checkEspFile(bytes, place);
  const chip = chipFlashOf(place.chip);
  const format = recogniseFormat(bytes);
  if (chip !== undefined && place.isProgram !== false) {
    const target = { ...place, chip, format };
    if (chip.kind === 'avr') return checkAvrFile(bytes, target);
    if (chip.kind === 'stm32') return checkStm32File(bytes, target);
    if (chip.kind === 'rp2') return checkRp2040File(bytes, target);
  }
  return [...containerFindings(bytes, format, place.chip), ...sizeFindings(bytes, place)];
}

/** Of a chip about which nothing is known, a file can still be a broken container. */
function containerFindings(bytes: Buffer, format: FirmwareFormat, chip: string): Finding[] {
  if (format === 'intel-hex') return asFindings('format', inspectIntelHex(bytes).problems);
  if (format !== 'uf2') return [];
  const report = inspectUf2(bytes);
  const family = uf2Families[chip];
  return [
    ...asFindings('format', report.problems),
    ...(family === undefined ? [] : uf2FamilyFindings(report, family, chip)),
  ];
}

function sizeFindings(bytes: Buffer, { flashBytes, offset = 0, chip }: FirmwarePlace): Finding[] {
  const room = flashBytes ?? chipFlashOf(chip)?.flashBytes;
  if (room === undefined || offset + bytes.length <= room) return [];
  const what = `it is ${bytes.length} bytes long, but the flash of the ${chip} has room for ${Math.max(0, room - offset)}; make it smaller`;
  return [refusal('size', what)];
}
