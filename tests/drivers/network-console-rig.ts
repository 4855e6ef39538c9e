import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openConsoleLog, type ConsoleLog } from '../../drivers/console/console-log.js';
import type { NetworkAddress } from '../../drivers/network/network-address.js';
import { startBoardStand, type BoardStand, type BoardStandOptions } from './board-stand.js';
import { temporaryFolder } from './console-rig.js';

export const credentials = { user: 'admin', password: 'only-for-tests' };

export interface NetworkStand {
  stand: BoardStand;
  address: NetworkAddress;
  log: ConsoleLog;
}

/** A networked device with power, and a log for its console. */
export async function poweredDevice(
  t: TestContext,
  board: Pick<BoardStandOptions, 'chip' | 'faults' | 'lines'>,
): Promise<NetworkStand> {
  const stand = await startBoardStand({ network: credentials, ...board });
  t.after(() => stand.close());
  await stand.power.on();
  const { network } = stand.ports;
  if (network === undefined) throw new Error('the board has no network');
  const log = openConsoleLog({ path: join(temporaryFolder(t), 'console.log') });
  t.after(() => log.close());
  return { stand, address: { ...network, ...credentials }, log };
}

/** What a wait says when nothing came. */
export const expected = (what: string) => ({
  timeoutMs: 5000,
  onTimeout: (lastLines: string) => new Error(`no ${what} in:\n${lastLines}`),
});
