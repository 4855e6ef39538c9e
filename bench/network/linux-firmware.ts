import { readGatewayFirmware } from '../../firmware/demo-network.js';
import type { BoardParts } from '../board-family.js';
import type { BoardOutput } from '../boot/output.js';
import type { ResetCause } from '../boot/rom-texts.js';
import type { ChipFirmware } from '../chip.js';
import { reportedVersion, runProgram, switchToConsole } from '../chip-app.js';
import { loads } from '../supply.js';
import { timings } from '../timings.js';
import { gatewayHeadBytes, gatewaySlots, startedPlace } from './ab-slots.js';

export const kernelVersion = '6.6.30';

const kernelPanic = [
  '[   14.201337] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b',
  '[   14.209472] CPU: 0 PID: 1 Comm: init Not tainted 6.6.30 #1',
  '[   14.215400] Rebooting in 1 seconds..',
];

/** The gateway: U-Boot, which starts the newer of two firmwares, and Linux. */
export const linuxFirmware: ChipFirmware = {
  romBaudRate: 115_200,
  download: () => Promise.resolve(),
  run: runFlash,
};

async function runFlash(parts: BoardParts, output: BoardOutput): Promise<ResetCause> {
  const { flash, supply, enter, mac } = parts;
  switchToConsole(parts, output);
  output.print('');
  output.print('U-Boot 2024.04 (May 12 2025 - 08:11:02 +0000)');
  output.print('');
  output.work(timings.gatewayLoader);
  await output.settle();
  const slots = gatewaySlots(flash);
  const index = startedPlace(flash, slots);
  const place = index === undefined ? undefined : slots.places[index];
  const found = place && readGatewayFirmware(flash.read(place.offset, gatewayHeadBytes));
  if (found === undefined) {
    output.print('Bad Linux ARM zImage magic!');
    output.print('resetting ...');
    output.work(timings.romWatchdog);
    await output.settle();
    return 'watchdog';
  }
  supply.setLoad(loads.app);
  enter('kernel starts');
  output.print(`Booting slot ${index === 0 ? 'A' : 'B'}`);
  output.print('Starting kernel ...');
  output.print('');
  output.print(`[    0.000000] Linux version ${kernelVersion} (builder@gateway) #1 SMP`);
  output.work(timings.gatewayKernel);
  output.print('[    0.812044] Run /sbin/init as init process');
  await output.settle();
  return runProgram(parts, {
    program: found.program,
    version: reportedVersion(parts, found.version),
    about: ['chip=LINUX', `mac=${mac}`, `kernel=${kernelVersion}`],
    crashDump: kernelPanic,
    output,
  });
}
