import { buildRp2040Image, demoProgramPico } from '../../../../firmware/rp2040-demo.js';
import { buildUf2, uf2Families } from '../../../../firmware/uf2.js';
import { noise } from '../../flash-rig.js';
import { usualFaults, type ContractSubject, type ImageFolder, type TestImage } from '../subject.js';

const flashBase = 0x10000000;
const flashSizeBytes = 2 * 1024 * 1024;
const firmware = buildRp2040Image({
  version: '1.0.0',
  program: { ...demoProgramPico, readyAfterMs: 20 },
  appSizeBytes: 0x4000,
  seed: 1,
});

/** Any file that a release may have: an image as it lies in flash, and a UF2 file, which is longer than what it brings. */
function picoImages(folder: ImageFolder) {
  const uf2 = (name: string, at: number, bytes: Buffer): TestImage => {
    const file = buildUf2([{ address: flashBase + at, data: bytes }], uf2Families['rp2040'] ?? 0);
    return { image: folder.add(name, at, file), bytes, at };
  };
  return {
    written: [
      { image: folder.add('firmware', 0, firmware), bytes: firmware, at: 0 },
      // 1 MiB of UF2 blocks takes full-speed USB 0.9 s.
      uf2('data', 0x40000, noise(512 * 1024)),
    ],
    other: uf2('other', 0x40000, noise(64 * 1024, 2)),
  };
}

export const subject: ContractSubject = {
  kind: 'uf2',
  chip: 'rp2040',
  identity: { chip: 'rp2040', description: 'Raspberry Pi RP2 (UF2 Bootloader v3.0)' },
  board: { flashSizeBytes, hasBootDrive: true },
  options: ({ ports }) => ({
    drive: ports.drive ?? '',
    link: { path: ports.serialPath, baudRate: 115_200 },
    flashSizeBytes,
  }),
  images: picoImages,
  // A board that has been in use: a blank one shows its drive by itself.
  prepare: ({ flash }) => flash.preset(0, firmware),
  abilities: [],
  verifiedBy: 'device',
  // The drive takes a file into its cache; how far the board is with it nobody says.
  namesAddress: false,
  faults: { ...usualFaults, wrongChip: [{ kind: 'wrong-chip', chip: 'rp2350' }] },
  // The kernel waits a second before it looks at a new drive, so a missing one is not known sooner.
  limits: { silent: 6000 },
  notApplicable: {
    badCell: 'not seen by the drive; the boot and the firmware’s own test of its flash have to',
    droppedBytes: 'USB repeats what is lost',
    protected: 'no such thing in its loader',
  },
  nowhere: { options: { drive: '/media/rig/none' }, code: 'DUT_SILENT', names: '/media/rig/none' },
  misfits: ({ other: { image }, written: [first] }) => [
    {
      image: { ...(first?.image ?? image), offset: flashSizeBytes - 4096 },
      says: /^FLASH_TOO_SMALL: firmware ends at 0x203000/,
    },
    {
      image: { ...(first?.image ?? image), offset: 0x10010 },
      says: /^CONFIG_INVALID: firmware starts at 0x10010/,
    },
    { region: { offset: 0, sizeBytes: 4096 }, says: /^FLASH_UNSUPPORTED/ },
  ],
  firmwareRuns: {
    enter:
      ({ power }) =>
      (signal) =>
        power.runFirmware({ signal }),
    quotes: /demo-probe 1\.0\.0/,
  },
};
