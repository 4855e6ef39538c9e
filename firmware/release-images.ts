import { chipFlashOf } from './chip-flash.js';
import { espChipNamed } from './esp-chips.js';
import { checkEspImages } from './esp-image-set.js';
import { inspectIntelHex } from './intel-hex.js';
import { inspectUf2 } from './uf2.js';
import { checkForChip, programFormats } from './validation/chip-check.js';
import { placeText } from './validation/finding.js';
import { recogniseFormat } from './validation/recognise.js';

/** An image of a release, as it would be written. */
export interface ImagePlace {
  /** `bootloader`, `partitions` and `app` are what they say, `flash` is all of them in one; any other name is data for one of the partitions. */
  name: string;
  /** From the start of flash. */
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
  /** The release's version, which an app descriptor must carry where images have one. */
  version: string;
  flashSizeBytes: number;
}

/**
 * Looks into the images of a release before a board is touched: would a board of this chip boot them at these offsets? Names, offsets and
 * overlaps are the release file's business. Of a chip that is not known, only broken containers and sizes can be told. Never throws; empty
 * when all is well.
 */
export function checkImageContents(
  images: readonly ImagePlace[],
  expected: ImageSetExpectation,
): ImageSetProblem[] {
  const esp = espChipNamed(expected.chip);
  if (esp !== undefined) return checkEspImages(images, esp, expected);
  const isAvr = chipFlashOf(expected.chip)?.kind === 'avr';
  return [...(isAvr ? oneOnly(images) : []), ...eachForItself(images, expected)];
}

/** The images without which a chip does not boot, by name; none where the name of an image says nothing. */
export function requiredImages(chip: string): readonly string[] {
  if (chip === 'esp8266') return ['app'];
  return espChipNamed(chip) === undefined ? [] : ['bootloader', 'partitions', 'app'];
}

/** Where an image lies in flash, `[start, end)` from its start: its own addresses for Intel HEX and UF2, and only what goes to flash. */
export function spansOf(chip: string, image: Omit<ImagePlace, 'name'>): [number, number][] {
  return segmentsOf(chip, image).map(({ offset, bytes }) => [offset, offset + bytes.length]);
}

/** What an image puts where, from the start of flash: pieces at its own addresses for Intel HEX and UF2, and only what goes to flash. */
export function segmentsOf(
  chip: string,
  { offset, bytes }: Omit<ImagePlace, 'name'>,
): Omit<ImagePlace, 'name'>[] {
  const format = recogniseFormat(bytes);
  if (!programFormats(chip).includes(format) || (format !== 'intel-hex' && format !== 'uf2')) {
    return [{ offset, bytes }];
  }
  const { segments } = format === 'uf2' ? inspectUf2(bytes) : inspectIntelHex(bytes);
  const { baseAddress = 0, ram = [Infinity, Infinity] } = chipFlashOf(chip) ?? {};
  return segments
    .filter(({ address }) => address >= baseAddress && address < ram[0])
    .map(({ address, data }) => ({ offset: address - baseAddress, bytes: data }));
}

/** The name under which a chip's program goes when a release has more than one image. */
const PROGRAM = 'app';

function eachForItself(
  images: readonly ImagePlace[],
  { chip, flashSizeBytes }: ImageSetExpectation,
): ImageSetProblem[] {
  return images.flatMap(({ name, offset, bytes }) => {
    const isProgram = offset === 0 || name === PROGRAM;
    return checkForChip(bytes, { chip, offset, flashBytes: flashSizeBytes, isProgram })
      .filter(({ severity }) => severity === 'error')
      .map((finding) => ({ image: name, what: `${placeText(finding)}${finding.what}` }));
  });
}

/** Its loader is told nothing but the one program: the rest of the flash it erases. */
function oneOnly(images: readonly ImagePlace[]): ImageSetProblem[] {
  if (images.length < 2) return [];
  const names = images.map(({ name }) => name).join(', ');
  return [
    {
      image: '',
      what: `there are ${images.length} images (${names}), expected one: join them into one Intel HEX file`,
    },
  ];
}
