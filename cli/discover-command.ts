import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { runtimeFolder } from '../core/runtime-folder.js';
import { describeDiscovery } from './describe-discovery.js';
import { discover } from './discover.js';
import { rigsFolder } from './find-station.js';

interface DiscoverOptions {
  json?: boolean;
  probe?: boolean;
  scan?: string;
}

const help = `
Exit code: 0 when every slot of every station on hardware has its port, 1 when one has not or something could not be looked at.

Without --probe nothing is opened and no board is disturbed. --probe opens every port that nobody holds, listens at 115200 baud and the
other usual rates, and asks for the loaders of STM32, AVR and ESP at 115200 baud; it may reset a board. --scan looks for web servers
(ports 80, 8080) and SSH (22, 2222), at most a /22, at most 64 at once, 300 ms each.

Examples:
  npx rig discover
  npx rig discover --probe
  npx rig discover --scan 192.168.40.0/24
  npx rig discover --json      {host, ports, drives, network, missing, notes}; docs/new-rig.md names every field
`;

/** `rig discover`: what is attached to this host. */
export function addDiscoverCommand(program: Command): void {
  program
    .command('discover')
    .option('--json', 'print one JSON object')
    .option('--probe', 'open the ports and find out what answers; may reset boards')
    .option('--scan <cidr>', 'look for devices in an IPv4 range, e.g. 192.168.40.0/24')
    .description('list serial ports, boot drives and network devices, and whose they are')
    .addHelpText('after', help)
    .action(async ({ json, probe = false, scan }: DiscoverOptions) => {
      const found = await discover({
        host: hostname(),
        rigs: rigsFolder(),
        specs: resolve('specs'),
        env: process.env,
        runtimeFolder: runtimeFolder(resolve('.'), process.env),
        probe,
        ...(scan !== undefined && { scan }),
      });
      process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : describeDiscovery(found));
      if (found.missing.length > 0) process.exitCode = 1;
    });
}
