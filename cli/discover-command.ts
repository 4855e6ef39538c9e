import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { runtimeFolder } from '../core/runtime-folder.js';
import { exitCodes } from './exit-codes.js';
import { addCommand } from './new-command.js';
import { answer } from './output.js';
import { placesOf } from './places.js';

interface DiscoverFlags {
  json?: boolean;
  probe?: boolean;
  scan?: string;
}

const notes = `
Ends with 1 when a slot of a station on hardware lacks its port or address.

Without --probe nothing is opened and no board is disturbed. --probe opens every port that nobody holds, listens at 115200 baud and the
other usual rates, and asks for the loaders of STM32, AVR and ESP at 115200 baud; it may reset a board. --scan looks for web servers
(ports 80, 8080) and SSH (22, 2222), at most a /22, at most 64 at once, 300 ms each.
`;

/** `rig discover`: what is attached to this host. */
export function addDiscoverCommand(program: Command): void {
  addCommand(program, 'discover', {
    about: 'list serial ports, boot drives and network devices, and whose they are',
    json: '{host, ports, drives, network, missing, notes}; docs/new-rig.md names every field',
    notes,
    examples: [
      ['discover', 'what is attached; disturbs nothing'],
      ['discover --probe', 'and what answers'],
      ['discover --scan 192.168.40.0/24', 'and what is on that network'],
    ],
  })
    .option('--probe', 'open the ports and find out what answers; may reset boards')
    .option('--scan <cidr>', 'look for devices in an IPv4 range, e.g. 192.168.40.0/24')
    .action(async ({ json, probe = false, scan }: DiscoverFlags) => {
      const { discover } = await import('./discover.js');
      const { describeDiscovery } = await import('./describe-discovery.js');
      const found = await discover({
        ...placesOf(),
        host: hostname(),
        runtimeFolder: runtimeFolder(resolve('.'), process.env),
        probe,
        ...(scan !== undefined && { scan }),
      });
      answer(json, found, () => describeDiscovery(found));
      if (found.missing.length > 0) process.exitCode = exitCodes.notGood;
    });
}
