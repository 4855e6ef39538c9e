import { esp8266CrashDump } from './app/panic.js';
import type { BoardParts } from './board-family.js';
import { esp8266RomBoot, esp8266RomDownload } from './boot/esp8266-rom.js';
import { runEboot } from './boot/eboot.js';
import type { BoardOutput } from './boot/output.js';
import type { ResetCause } from './boot/rom-texts.js';
import type { ChipFirmware } from './chip.js';
import { programIn, reportedVersion, runProgram, runUnknown, switchToConsole } from './chip-app.js';
import { loads } from './supply.js';
import { timings } from './timings.js';

/** The ESP8266: ROM, Arduino's second stage, and an application that prints at a rate of its own. */
export const esp8266Firmware: ChipFirmware = {
  romBaudRate: 74_880,
  download: esp8266RomDownload,
  run: runFlash,
};

async function runFlash(parts: BoardParts, output: BoardOutput, cause: ResetCause): Promise<ResetCause> {
  const { flash, supply, enter } = parts;
  const stage = await esp8266RomBoot({ output, flash }, cause);
  if (stage === undefined) return 'watchdog';
  enter('second stage');
  const app = await runEboot({ output, flash });
  if (app === undefined) return 'watchdog';
  switchToConsole(parts, output);
  supply.setLoad(loads.app);
  enter('application starts');
  // What the ROM said at its own rate ends somewhere in a line of the host's.
  output.print('');
  if (!app.isWhole) return crash(output);
  const found = programIn(parts, app.bytes);
  if (found?.version === undefined) return runUnknown(parts);
  return runProgram(parts, {
    program: found.program,
    version: reportedVersion(parts, found.version),
    about: ['chip=ESP8266', `mac=${parts.mac}`],
    crashDump: esp8266CrashDump('store'),
    output,
  });
}

/** Code that is damaged does nothing sensible for long. */
async function crash(output: BoardOutput): Promise<ResetCause> {
  output.work(timings.systemStart);
  for (const line of esp8266CrashDump('illegal')) output.print(line);
  output.work(timings.softwareReset);
  await output.settle();
  return 'software-cpu';
}
