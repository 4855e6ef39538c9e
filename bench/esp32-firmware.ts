import { espCrashDump, idfBrownoutNotice } from './app/panic.js';
import type { BoardParts } from './board-family.js';
import type { AppImage } from './boot/app-image.js';
import { startApp } from './boot/app-start.js';
import type { ChipRun } from './boot/chip-run.js';
import { romBoot, romDownload } from './boot/rom.js';
import type { ResetCause, RomTexts } from './boot/rom-texts.js';
import { secondStage } from './boot/second-stage.js';
import type { ChipFirmware } from './chip.js';
import { programIn, reportedVersion, runProgram, runUnknown, switchToConsole } from './chip-app.js';
import { loads } from './supply.js';
import { timings } from './timings.js';

/** The ESP32 and the chips after it: ROM, ESP-IDF's second stage, application. */
export function esp32Firmware(texts: RomTexts): ChipFirmware {
  return {
    romBaudRate: 115_200,
    download: (output, cause) => romDownload({ output, texts }, cause),
    run: (parts, output, cause) => runFlash(parts, { output, flash: parts.flash, texts }, cause),
  };
}

async function runFlash(parts: BoardParts, run: ChipRun, cause: ResetCause): Promise<ResetCause> {
  const { output } = run;
  const bootloader = await romBoot(run, cause);
  if (bootloader === undefined) return 'watchdog';
  switchToConsole(parts, output);
  parts.enter('second stage');
  const image = await secondStage(run, bootloader);
  if (image === undefined) {
    output.work(timings.softwareReset);
    await output.settle();
    return 'software-system';
  }
  parts.supply.setLoad(loads.app);
  return runImage(parts, run, image, bootloader.header?.flashMode ?? 'DIO');
}

async function runImage(
  parts: BoardParts,
  run: ChipRun,
  image: AppImage,
  flashMode: string,
): Promise<ResetCause> {
  const { chip, mac, enter } = parts;
  const found = image.report.app;
  const descriptor = found && { ...found, version: reportedVersion(parts, found.version) };
  enter('application starts');
  await startApp(run, descriptor, flashMode);
  const program = programIn(parts, image.bytes)?.program;
  if (program === undefined || descriptor === undefined) return runUnknown(parts);
  return runProgram(parts, {
    program,
    version: descriptor.version,
    about: [
      `chip=${chip.replace(/^esp32(?=.)/, 'esp32-').toUpperCase()}`,
      `mac=${mac}`,
      `idf=${descriptor.idfVersion}`,
    ],
    crashDump: espCrashDump(chip, descriptor.elfSha256),
    brownoutNotice: idfBrownoutNotice,
    output: run.output,
  });
}
