import { ESP_IMAGE_MAGIC } from '../esp-image-header.js';

/** What a file is by its first bytes; `raw` when nothing tells, as with the binaries of most chips. */
export type FirmwareFormat =
  | 'esp-image'
  | 'esp-flash'
  | 'partition-table'
  | 'intel-hex'
  | 'uf2'
  | 'elf'
  | 'motorola-s-record'
  | 'gzip'
  | 'zip'
  | 'text'
  | 'raw';

const magics: readonly { format: FirmwareFormat; starts: readonly number[] }[] = [
  { format: 'elf', starts: [0x7f, 0x45, 0x4c, 0x46] },
  { format: 'uf2', starts: [0x55, 0x46, 0x32, 0x0a] },
  { format: 'gzip', starts: [0x1f, 0x8b] },
  { format: 'zip', starts: [0x50, 0x4b, 0x03, 0x04] },
  { format: 'partition-table', starts: [0xaa, 0x50] },
  { format: 'esp-image', starts: [0xe9] },
  { format: 'esp-image', starts: [0xea] },
];

/** The format of a file. Never throws. */
export function recogniseFormat(bytes: Buffer): FirmwareFormat {
  const known = magics.find(({ starts }) => starts.every((byte, index) => bytes[index] === byte));
  if (known !== undefined) return known.format;
  if (isEspFlash(bytes)) return 'esp-flash';
  const start = bytes.toString('latin1', 0, 512);
  if (/^:[0-9A-Fa-f]{6}/.test(start) || recordAmongText.test(start)) return 'intel-hex';
  if (/^S[0-9][0-9A-F]{6}/.test(start)) return 'motorola-s-record';
  return bytes.length > 0 && /^[\t\n\r\x20-\x7e]*$/.test(start) ? 'text' : 'raw';
}

/** A record in text that does not begin with one: its reader then tells the line that is in front. */
const recordAmongText = /^[\t\n\r\x20-\x7e\xbb\xbf\xef]*?(?:^|[\n\xbf]):[0-9A-Fa-f]{10,}\s*$/m;

/** Erased up to where the ROM of some ESP chips looks for the bootloader, which then is there, as `esptool merge-bin` makes it. */
function isEspFlash(bytes: Buffer): boolean {
  const bootloader = [0x1000, 0x2000].find((offset) => bytes[offset] === ESP_IMAGE_MAGIC);
  return bootloader !== undefined && bytes.subarray(0, bootloader).every((byte) => byte === 0xff);
}

const names: Record<FirmwareFormat, string> = {
  'esp-image': 'an ESP image',
  'esp-flash': 'an ESP flash image',
  'partition-table': 'an ESP partition table',
  'intel-hex': 'an Intel HEX file',
  uf2: 'a UF2 file',
  elf: 'an ELF file',
  'motorola-s-record': 'a Motorola S-record file',
  gzip: 'a gzip file',
  zip: 'a zip file',
  text: 'a text file',
  raw: 'a raw binary',
};

/** `an ELF file`: for messages. */
export function formatName(format: FirmwareFormat): string {
  return names[format];
}
