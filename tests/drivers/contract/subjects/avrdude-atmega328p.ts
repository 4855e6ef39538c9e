import { buildAvrImage } from '../../../../firmware/avr-image.js';
import { demoProgramUno } from '../../../../firmware/avr-demo.js';
import { missingTools } from '../../../vendor-tools.js';
import { noise } from '../../flash-rig.js';
import { usualFaults, type ContractSubject, type ImageFolder, type TestImage } from '../subject.js';

const flashSizeBytes = 32 * 1024;
const appBytes = 9000;
const firmware = buildAvrImage({
  version: '1.0.0',
  program: { ...demoProgramUno, readyAfterMs: 20 },
  appSizeBytes: 4096,
  seed: 1,
});

export const subject: ContractSubject = {
  kind: 'avrdude',
  chip: 'atmega328p',
  skip: missingTools('avrdude'),
  identity: { chip: 'atmega328p', description: 'ATmega328P', flashSizeBytes },
  board: { flashSizeBytes, lines: ['power', 'reset'] },
  options: ({ ports }) => ({
    link: { path: ports.serialPath, baudRate: 115_200 },
    baudRate: 115_200,
    flashSizeBytes,
  }),
  images,
  // A board that has been in use, since a blank one has no firmware that could run instead of the loader.
  prepare: ({ flash }) => flash.preset(0, firmware),
  abilities: ['verify', 'read', 'erase'],
  verifiedBy: 'read-back',
  eraseRegion: { offset: 0x800, sizeBytes: 0x400, at: 0x800 },
  checkWrite({ baudRate, wireBytes, seconds }, [first, app]) {
    if (baudRate !== 115_200) throw new Error(`written at ${baudRate}`);
    const pages = Math.ceil((first?.sizeBytes ?? 0) / 128) + Math.ceil(appBytes / 128);
    if (app?.sizeBytes !== appBytes || wireBytes !== pages * (128 + 9))
      throw new Error(`${wireBytes} bytes on the wire for ${pages} pages`);
    if (seconds < (wireBytes * 10) / 115_200) throw new Error(`${seconds} s is faster than the line`);
  },
  faults: {
    ...usualFaults,
    // Of the flash that a program may have, since STK500v1 announces no total.
    deadline: [{ kind: 'hang', percent: 20 }],
    wrongChip: [{ kind: 'wrong-chip', chip: 'atmega328pb' }],
    badCell: [{ kind: 'bad-cell', address: 0x1280 }],
  },
  notApplicable: { protected: 'no such thing in its loader' },
  nowhere: {
    options: { link: { path: '/dev/serial/by-path/none', baudRate: 115_200 } },
    code: 'PORT_NOT_FOUND',
    names: 'by-path/none',
  },
  misfits: ({ other: { image } }) => [
    { image: { ...image, offset: 0x7000 }, says: /^FLASH_TOO_SMALL: other ends at 0x9328/ },
    { image: { ...image, offset: 0x410 }, says: /^CONFIG_INVALID: other starts at 0x410/ },
    { image: { ...image, offset: 0x5c80 }, says: /^FLASH_TOO_SMALL: other reaches into the loader/ },
    { region: { offset: 0, sizeBytes: 100 }, says: /^CONFIG_INVALID/ },
    { region: { offset: 0x7f00, sizeBytes: 0x200 }, says: /^FLASH_TOO_SMALL/ },
    { region: { offset: 0x7e00, sizeBytes: 0x200 }, says: /^FLASH_UNSUPPORTED: .*loader/ },
  ],
  firmwareRuns: {
    enter:
      ({ power }) =>
      (signal) =>
        power.runFirmware({ signal }),
    quotes: /demo-meter 1\.0\.0/,
  },
};

function images(folder: ImageFolder) {
  const add = (name: string, at: number, bytes: Buffer): TestImage => ({
    image: folder.add(name, at, bytes),
    bytes,
    at,
  });
  return {
    written: [add('start', 0, noise(700, 3)), add('app', 0x400, noise(appBytes))],
    other: add('other', 0x400, noise(appBytes, 2)),
  };
}
