import { createRequire } from 'node:module';
import type { Transport } from 'esptool-js';
import type { LinkTransport } from './link-transport.js';

/** A chip of the library: its registers and how to read who it is. */
export interface VendorChip {
  /** As the vendor writes it: `ESP32-S3`. */
  CHIP_NAME: string;
  /** True when only the magic register tells this chip. */
  USES_MAGIC_VALUE: boolean;
  /** Offset of the register with the length of what is sent to the flash; null where that is a field of another. */
  SPI_MOSI_DLEN_OFFS?: number | null;
  readMac(loader: VendorLoader): Promise<string>;
  getChipDescription(loader: VendorLoader): Promise<string>;
  getChipRevision?(loader: VendorLoader): Promise<number>;
  readEfuse?(loader: VendorLoader, word: number): Promise<number>;
}

/** The members of the library's loader that the driver leans on, with those that its declarations call private. */
export interface VendorLoader {
  chip: VendorChip;
  /** True: answers have two status bytes, and the commands of the stub may be used. */
  IS_STUB: boolean;
  secureDownloadMode: boolean;
  /** Set by `sync`: a stub that still runs has answered, no ROM. */
  syncStubDetected: boolean;
  /** Size byte of the JEDEC id to `4MB`. */
  DETECTED_FLASH_SIZES: Record<number, string>;
  sync(): Promise<unknown>;
  readReg(address: number, timeoutMs?: number): Promise<number>;
  /** Sends and waits for the answer with the same opcode: its value and its data with the status. */
  command(
    op: number,
    data: Uint8Array,
    checksum: number,
    wait: boolean,
    timeoutMs: number,
  ): Promise<[number, Uint8Array]>;
  /** As `command`, but throws on a status other than 0; gives the data, or the value when no data are expected. */
  checkCommand(
    what: string,
    op: number,
    data: Uint8Array,
    checksum: number,
    dataLength: number,
    timeoutMs: number,
  ): Promise<number | Uint8Array>;
  flashDeflBegin(sizeBytes: number, compressedBytes: number, offset: number): Promise<number>;
  readFlashId(): Promise<number>;
  identifyChip(): Promise<VendorChip>;
  identifyChipByMagic(): Promise<VendorChip>;
  applyDetectedChip(chip: VendorChip): void;
}

/** A program that runs in the chip's memory in place of the ROM's loader. */
export interface Stub {
  /** Where it is entered. */
  entry: number;
  segments: { address: number; bytes: Buffer }[];
}

/** Opcodes that the driver sends itself. */
export const op = {
  flashBegin: 0x02,
  memBegin: 0x05,
  memEnd: 0x06,
  memData: 0x07,
  spiSetParams: 0x0b,
  spiAttach: 0x0d,
  changeBaudRate: 0x0f,
  deflData: 0x11,
  deflEnd: 0x12,
  flashMd5: 0x13,
  eraseRegion: 0xd1,
  readFlash: 0xd2,
} as const;

/** Loads the library, only now as it costs a worker 9 MB and 30 ms, and gives its loader our transport and log. */
export async function loadVendorLoader(
  transport: LinkTransport,
  log: (line: string) => void,
): Promise<VendorLoader> {
  const { ESPLoader } = await import('esptool-js');
  const loader = new ESPLoader({
    // Same shape, other class: the library's own is bound to a Web Serial device.
    transport: transport as unknown as Transport,
    baudrate: transport.baudrate,
    romBaudrate: transport.baudrate,
    terminal: { clean: () => undefined, writeLine: log, write: log },
  });
  return loader as unknown as VendorLoader;
}

/**
 * The library's stub for a chip family, or undefined when it has none. Read as a file: the library imports its JSON in a way
 * that makes Node 20 print a warning in every worker.
 */
export function loadStub(family: string, revision: number | undefined): Stub | undefined {
  const name = family === 'esp32p4' && revision !== undefined && revision < 300 ? 'esp32p4-rev1' : family;
  const require = createRequire(import.meta.url);
  let file: { entry: number; text: string; text_start: number; data?: string; data_start?: number };
  try {
    file = require(`esptool-js/lib/targets/stub_flasher/${name}.json`) as typeof file;
  } catch {
    return undefined;
  }
  const segments = [{ address: file.text_start, bytes: Buffer.from(file.text, 'base64') }];
  if (file.data !== undefined && file.data_start !== undefined) {
    segments.push({ address: file.data_start, bytes: Buffer.from(file.data, 'base64') });
  }
  return { entry: file.entry, segments };
}

/**
 * The library gives the ESP8266, which has no such register, 0 for the offset of its data lengths, and so writes them over the command register: the
 * flash id then depends on what was there before. It knows what to do where there is none.
 */
export function repaired(chip: VendorChip): VendorChip {
  if (chip.CHIP_NAME === 'ESP8266') chip.SPI_MOSI_DLEN_OFFS = null;
  return chip;
}

/** `esp32s3` for `ESP32-S3`, as in board files. */
export function familyOf(chip: VendorChip): string {
  return chip.CHIP_NAME.toLowerCase().replaceAll('-', '');
}

/** 32-bit little-endian words, as the arguments of most commands are. */
export function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
  return bytes;
}
