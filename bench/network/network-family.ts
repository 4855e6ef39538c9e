import type { BoardFamily, BoardParts } from '../board-family.js';
import type { HostKeys, NetworkDevice } from './device.js';
import { presetDevice } from './maker.js';
import { runOnNetwork } from './run-on-network.js';
import { tapWire } from './wire-tap.js';

/**
 * A device on the network: a board whose application also has servers on the device's own address. It has no boot button: with power it runs
 * what is in its flash, at first its maker's application.
 */
export function networkFamily(
  chip: string,
  board: Pick<BoardFamily, 'run' | 'versionIn'>,
  onConnection: NetworkDevice['onConnection'],
): BoardFamily {
  const keys: HostKeys = {};
  return {
    knock: Buffer.alloc(0),
    preset: (flash) => presetDevice(chip, flash),
    versionIn: board.versionIn,
    run(parts: BoardParts) {
      const { slot, ports, mac, flash, log } = parts;
      const address = ports.network;
      if (address === undefined) throw new Error(`${slot.slot} has no address`);
      const tap = tapWire(parts.wire);
      const credentials = slot.network ?? {};
      const { faults } = slot;
      const device = { address, credentials, chip, mac, flash, faults, tap, log, onConnection };
      return board.run(
        {
          ...parts,
          wire: tap.wire,
          strap: () => 'run',
          runApp: (app, onReady) => runOnNetwork(device, app, { keys, onReady }),
        },
        'run',
      );
    },
  };
}
