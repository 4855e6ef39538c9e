import type { FlashDriverKind } from '../../../../drivers/flash/flash-driver.js';
import type { DeviceIdentity } from '../../../../core/record.js';
import { noise } from '../../flash-rig.js';
import {
  usualFaults,
  type ContractSubject,
  type ImageFolder,
  type SubjectImages,
  type TestImage,
} from '../subject.js';

export interface EspSubject {
  kind: Extract<FlashDriverKind, 'esptool-js' | 'esptool'>;
  chip: string;
  /** What the loader calls it. */
  description: string;
  /** Another family, for the board that is the wrong one. */
  otherChip: string;
  /** Of the console and the ROM; 115,200 unless told. */
  romBaudRate?: number;
}

const flashSizeBytes = 4 * 1024 * 1024;
const appBytes = 48 * 1024;
const mac = '24:6f:28:aa:bb:cc';

/** What all chips of Espressif's have in common. */
export function espSubject({
  kind,
  chip,
  description,
  otherChip,
  romBaudRate = 115_200,
}: EspSubject): ContractSubject {
  const identity: DeviceIdentity = { chip, description, mac, flashSizeBytes, flashId: 'ef4016' };
  return {
    kind,
    chip,
    identity,
    board: { mac, flashSizeBytes, consoleBaudRate: romBaudRate },
    options: ({ ports }) => ({
      link: { path: ports.serialPath, baudRate: romBaudRate },
      baudRate: 921_600,
    }),
    images: espImages,
    abilities: ['verify', 'read', 'erase'],
    verifiedBy: 'digest',
    eraseRegion: { offset: 0x11000, sizeBytes: 0x2000, at: 0x11000 },
    checkWrite({ baudRate, wireBytes, seconds }) {
      if (baudRate !== 921_600) throw new Error(`written at ${baudRate}`);
      // The last image does not compress, the one before it does.
      if (wireBytes < appBytes || wireBytes > appBytes + 2000)
        throw new Error(`${wireBytes} bytes on the wire`);
      if (seconds < 0.4) throw new Error(`${seconds} s is faster than the line`);
    },
    faults: {
      ...usualFaults,
      wrongChip: [{ kind: 'wrong-chip', chip: otherChip }],
      badCell: [{ kind: 'bad-cell', address: 0x13800 }],
    },
    notApplicable: { protected: 'the virtual chip has no secure download mode' },
    nowhere: {
      options: { link: { path: '/dev/serial/by-path/none', baudRate: romBaudRate } },
      code: 'PORT_NOT_FOUND',
      names: 'by-path/none',
    },
    misfits: ({ other: { image } }) => [
      {
        image: { ...image, offset: flashSizeBytes - 4096 },
        says: /^FLASH_TOO_SMALL: other ends at 0x40b000/,
      },
      { image: { ...image, offset: 0x10010 }, says: /^CONFIG_INVALID: other starts at 0x10010/ },
      { region: { offset: 0, sizeBytes: 100 }, says: /^CONFIG_INVALID/ },
    ],
    firmwareRuns: {
      enter:
        ({ power }) =>
        (signal) =>
          power.runFirmware({ signal }),
      quotes: /boot:0x|boot mode:\(3|invalid header/,
    },
  };
}

function espImages(folder: ImageFolder): SubjectImages {
  const add = (name: string, at: number, bytes: Buffer): TestImage => ({
    image: folder.add(name, at, bytes),
    bytes,
    at,
  });
  return {
    written: [
      add('bootloader', 0x1000, Buffer.from('compressible '.repeat(1000))),
      add('app', 0x10000, noise(appBytes)),
    ],
    other: add('other', 0x10000, noise(appBytes, 2)),
  };
}
