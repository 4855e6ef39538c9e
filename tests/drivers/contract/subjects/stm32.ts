import { buildStm32Image } from '../../../../firmware/stm32-image.js';
import type { FactoryAppProgram } from '../../../../firmware/factory-app.js';
import { noise } from '../../flash-rig.js';
import { missingTools } from '../../../vendor-tools.js';
import { usualFaults, type ContractSubject, type ImageFolder, type TestImage } from '../subject.js';

export interface Stm32Subject {
  chip: string;
  otherChip: string;
  /** The tool's name for it, with the product id and the version of the loader. */
  description: string;
  /** Of the board with the address below. */
  uid: string;
  flashSizeBytes: number;
  program: FactoryAppProgram;
  /** The second sector of all, or a later one: where the application begins. */
  appAt: number;
  appBytes: number;
  /** Whole sectors within the application. */
  erase: { offset: number; sizeBytes: number };
  /** Within the application. */
  badCellAt: number;
  hangPercent: number;
  /** The start of a sector, and in front of how much flash too little. */
  nearTheEnd: number;
}

const mac = '24:6f:28:aa:bb:cc';
const baudRate = 115_200;

/** What all STM32 chips have in common. */
export function stm32Subject(facts: Stm32Subject): ContractSubject {
  const { chip, description, uid, flashSizeBytes, program, appAt, appBytes, nearTheEnd } = facts;
  const firmware = buildStm32Image({ chip, version: '1.0.0', program, appSizeBytes: 6000, seed: 1 });
  const images = (folder: ImageFolder) => {
    const add = (name: string, at: number, bytes: Buffer): TestImage => {
      return { image: folder.add(name, at, bytes), bytes, at };
    };
    return {
      // No multiple of a word: the tool fills that up.
      written: [add('boot', 0, noise(1001, 3)), add('app', appAt, noise(appBytes))],
      other: add('other', appAt, noise(appBytes, 2)),
    };
  };
  return {
    kind: 'stm32flash',
    chip,
    skip: missingTools('stm32flash'),
    identity: { chip, description, uid, flashSizeBytes },
    board: { mac, flashSizeBytes },
    options: ({ ports }) => ({ link: { path: ports.serialPath, baudRate }, baudRate, flashSizeBytes }),
    images,
    // A board that has been in use: a blank one has nothing to run and to say.
    prepare: ({ flash }) => flash.preset(0, firmware),
    abilities: ['verify', 'read', 'erase'],
    verifiedBy: 'read-back',
    eraseRegion: { ...facts.erase, at: facts.erase.offset },
    checkWrite({ seconds }) {
      if (seconds < (appBytes * 10) / baudRate) throw new Error(`${seconds} s is faster than the line`);
    },
    faults: {
      ...usualFaults,
      deadline: [{ kind: 'hang', percent: facts.hangPercent }],
      wrongChip: [{ kind: 'wrong-chip', chip: facts.otherChip }],
      badCell: [{ kind: 'bad-cell', address: facts.badCellAt }],
      protected: [{ kind: 'protected' }],
    },
    // The tool asks twice and waits half a second each time, after the board has been reset and listened to: 1.6 s on a machine with time.
    limits: { silent: 2500 },
    nowhere: {
      options: { link: { path: '/dev/serial/by-path/none', baudRate } },
      code: 'PORT_NOT_FOUND',
      names: 'by-path/none',
    },
    misfits: ({ other: { image } }) => [
      {
        image: { ...image, offset: nearTheEnd },
        says: /^FLASH_TOO_SMALL: other ends at 0x[0-9a-f]+, the flash/,
      },
      {
        image: { ...image, offset: appAt + 0x110 },
        says: /^CONFIG_INVALID: other starts at 0x[0-9a-f]+, within/,
      },
      { region: { offset: 0, sizeBytes: 100 }, says: /^CONFIG_INVALID/ },
    ],
    firmwareRuns: {
      enter:
        ({ power }) =>
        (signal) =>
          power.runFirmware({ signal }),
      quotes: new RegExp(`Booting Zephyr.*${program.project} 1\\.0\\.0`),
    },
  };
}
