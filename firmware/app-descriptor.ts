import { readFixedText, writeFixedText } from './fixed-text.js';
import { hex } from './hex.js';
import type { Problem } from './problem.js';

/** The application's word about itself: 256 bytes at the start of its first segment (ESP-IDF, `esp_app_desc_t` in esp_app_desc.h). */
export interface AppDescriptor {
  /** At most 31 characters, like `project` and `idfVersion`. */
  version: string;
  project: string;
  /** Build time as the compiler wrote it, `10:15:00`, at most 15 characters, like `date`. */
  time: string;
  /** `May 14 2025`. */
  date: string;
  idfVersion: string;
  /** SHA-256 of the ELF file, 64 hex digits. */
  elfSha256: string;
  /** Anti-rollback counter. */
  secureVersion: number;
  /** eFuse block revisions it runs on, major × 100 + minor; a maximum of 0 or 65535 is no limit. */
  minBlockRevision: number;
  maxBlockRevision: number;
  /** Page size of the flash mapping as a power of two; 0 in images of ESP-IDF before 5.4. */
  mmuPageLog2: number;
}

/** Every application image has its descriptor here: behind the image header and the first segment's header. */
export const APP_DESCRIPTOR_OFFSET = 0x20;
const APP_DESCRIPTOR_BYTES = 256;
const MAGIC = 0xabcd5432;

const texts = [
  { key: 'version', at: 0x10, sizeBytes: 32 },
  { key: 'project', at: 0x30, sizeBytes: 32 },
  { key: 'time', at: 0x50, sizeBytes: 16 },
  { key: 'date', at: 0x60, sizeBytes: 16 },
  { key: 'idfVersion', at: 0x70, sizeBytes: 32 },
] as const;

/** The descriptor in an image, or undefined when there is none: a bootloader, or something that is not an application. */
export function readAppDescriptor(image: Buffer): { app?: AppDescriptor; problems: Problem[] } {
  const bytes = image.subarray(APP_DESCRIPTOR_OFFSET, APP_DESCRIPTOR_OFFSET + APP_DESCRIPTOR_BYTES);
  if (bytes.length < APP_DESCRIPTOR_BYTES || bytes.readUInt32LE(0) !== MAGIC) return { problems: [] };
  const problems: Problem[] = [];
  const [version, project, time, date, idfVersion] = texts.map(({ key, at, sizeBytes }) => {
    const text = readFixedText(bytes.subarray(at, at + sizeBytes));
    if (text === undefined) {
      const what = `the app descriptor's ${key} is not readable text, expected printable ASCII that ends with a zero byte`;
      problems.push({ offset: APP_DESCRIPTOR_OFFSET + at, what });
    }
    return text ?? '';
  });
  const app: AppDescriptor = {
    version: version ?? '',
    project: project ?? '',
    time: time ?? '',
    date: date ?? '',
    idfVersion: idfVersion ?? '',
    elfSha256: bytes.toString('hex', 0x90, 0xb0),
    secureVersion: bytes.readUInt32LE(4),
    minBlockRevision: bytes.readUInt16LE(0xb0),
    maxBlockRevision: bytes.readUInt16LE(0xb2),
    mmuPageLog2: bytes.readUInt8(0xb4),
  };
  if (app.mmuPageLog2 !== 0 && (app.mmuPageLog2 < 13 || app.mmuPageLog2 > 16)) {
    const what = `the app descriptor's page size is 2^${app.mmuPageLog2}, expected 2^13 to 2^16 (or 0: not given)`;
    problems.push({ offset: APP_DESCRIPTOR_OFFSET + 0xb4, what });
  }
  return { app, problems };
}

/** The 256 bytes of a descriptor. Throws RangeError when a text does not fit its field. */
export function buildAppDescriptor(app: AppDescriptor): Buffer {
  const bytes = Buffer.alloc(APP_DESCRIPTOR_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(app.secureVersion, 4);
  for (const { key, at, sizeBytes } of texts) writeFixedText(bytes, at, sizeBytes, app[key]);
  if (!/^[0-9a-f]{64}$/.test(app.elfSha256))
    throw new RangeError(`"${app.elfSha256}" is not a SHA-256 in hex`);
  bytes.write(app.elfSha256, 0x90, 'hex');
  bytes.writeUInt16LE(app.minBlockRevision, 0xb0);
  bytes.writeUInt16LE(app.maxBlockRevision, 0xb2);
  bytes.writeUInt8(app.mmuPageLog2, 0xb4);
  return bytes;
}

/** Page size by which flash-mapped segments are placed: the descriptor's, else the smallest that the chip can have. */
export function mmuPageBytes(app: AppDescriptor | undefined, leastPageBytes: number): number {
  const log2 = app?.mmuPageLog2 ?? 0;
  return log2 >= 13 && log2 <= 16 ? 2 ** log2 : leastPageBytes;
}

/** The descriptor's place and magic, for messages. */
export const APP_DESCRIPTOR_PLACE = `magic word ${hex(MAGIC)} at ${hex(APP_DESCRIPTOR_OFFSET)}`;
