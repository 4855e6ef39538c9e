import { nodeProgram } from '../../../../firmware/demo-network.js';
import { buildRelease, type DemoReleaseOptions } from '../../../../firmware/demo-release.js';
import type { HttpIdentity } from '../../../../drivers/flash/http-identity.js';
import { meetDevice } from '../../../../drivers/network/connect.js';
import type { NetworkAddress } from '../../../../drivers/network/network-address.js';
import type { BoardStand } from '../../board-stand.js';
import { usualFaults, type ContractSubject, type ImageFolder, type SubjectImages } from '../subject.js';

const credentials = { user: 'admin', password: 'only-for-tests' };
const flashSizeBytes = 4 * 1024 * 1024;
/** Takes the virtual devices two thirds of a second. */
const appSizeBytes = 256 * 1024;
const mac = '24:6f:28:aa:bb:cc';

/** Who a virtual device is, by its page. */
export const infoPage: HttpIdentity = {
  get: '/info',
  chip: '"chip":"(?<value>[^"]+)"',
  id: '"mac":"(?<value>[^"]+)"',
  version: '"version":"(?<value>[^"]+)"',
};

/** The address of a device with the credentials that it wants. */
export function addressOf({ ports }: BoardStand): NetworkAddress {
  if (ports.network === undefined) throw new Error('the board has no network');
  return { ...ports.network, ...credentials };
}

const upMs = 3000;

/** Powers a device, which is updated while it runs, and waits until it does; a dead one only costs time. */
async function untilUp(stand: BoardStand): Promise<void> {
  await stand.power.on();
  const { host, ports } = addressOf(stand);
  const met = await meetDevice(host, ports.http, { timeoutMs: upMs }).catch(() => undefined);
  met?.destroy();
}

export interface OverTheAirSubject {
  kind: 'ota-http' | 'espota';
  chip: string;
  otherChip: string;
  /** Where in the flash an update goes first. */
  at: number;
  /** An image of the device, other bytes for another seed; those of its ESP chip unless told. */
  image?: (sizeBytes: number, seed: number) => Buffer;
}

/** What all devices have in common that take their firmware over the network. */
export function overTheAirSubject(options: OverTheAirSubject): ContractSubject {
  const { kind, chip, otherChip, at } = options;
  const image = options.image ?? ((sizeBytes, seed) => espImage(chip, sizeBytes, seed));
  const offset = chip === 'esp32' ? 0x10000 : 0;
  return {
    kind,
    chip,
    identity: { chip, description: chip.toUpperCase(), mac, version: '1.0.0' },
    board: { mac, flashSizeBytes, network: credentials },
    prepare: untilUp,
    options: (stand) => ({
      network: addressOf(stand),
      httpIdentity: infoPage,
      flashSizeBytes,
      enterLoader: (signal) => stand.power.on({ signal }),
    }),
    images: (folder: ImageFolder): SubjectImages => {
      const add = (name: string, seed: number) => {
        const bytes = image(appSizeBytes, seed);
        return { image: folder.add(name, offset, bytes), bytes, at };
      };
      return { written: [add('app', 1)], other: add('other', 2) };
    },
    abilities: [],
    verifiedBy: 'device',
    faults: {
      ...usualFaults,
      wrongChip: [{ kind: 'wrong-chip', chip: otherChip }],
      badCell: [{ kind: 'bad-cell', address: at + 0x3800 }],
    },
    codes: { unplugged: ['CONNECTION_LOST'] },
    notApplicable: {
      droppedBytes: 'TCP repeats what is lost',
      protected: 'the running application takes the update, whatever its loader allows',
    },
    nowhere: {
      options: { network: { host: '127.63.0.1', ports: { http: 9, ota: 9, ssh: 9, console: 9 } } },
      code: 'DUT_SILENT',
      names: '127.63.0.1 port 9',
    },
    misfits: ({ other }) => [
      {
        image: { ...other.image, offset: flashSizeBytes - 4096 },
        says: /^FLASH_TOO_SMALL: other ends at 0x43f/,
      },
      { image: { ...other.image, offset: 0x10010 }, says: /^CONFIG_INVALID: other starts at 0x10010/ },
      { region: { offset: 0, sizeBytes: 4096 }, says: /^FLASH_UNSUPPORTED/ },
    ],
  };
}

function espImage(chip: string, sizeBytes: number, seed: number): Buffer {
  const release = buildRelease({
    chip: chip as NonNullable<DemoReleaseOptions['chip']>,
    version: '1.2.0',
    program: nodeProgram(chip),
    appSizeBytes: sizeBytes,
    seed,
  });
  const app = release.find(({ name }) => name === 'app');
  if (app === undefined) throw new Error(`a release for ${chip} has no application`);
  return app.bytes;
}
