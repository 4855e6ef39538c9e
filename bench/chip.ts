import { findEspProgram } from '../firmware/esp-program.js';
import type { FactoryAppProgram } from '../firmware/factory-app.js';
import { runFactoryApp } from './app/factory-app.js';
import { espCrashDump } from './app/panic.js';
import { appFaultsOf, faultOf } from './board-faults.js';
import type { BoardParts, BootMode } from './board-family.js';
import type { AppImage } from './boot/app-image.js';
import { startApp } from './boot/app-start.js';
import type { ChipRun } from './boot/chip-run.js';
import { createOutput } from './boot/output.js';
import { romBoot, romDownload } from './boot/rom.js';
import type { ResetCause, RomTexts } from './boot/rom-texts.js';
import { secondStage } from './boot/second-stage.js';
import type { StartLoader } from './parts.js';
import { loads } from './supply.js';
import { timings } from './timings.js';

/** The rate of every ROM at its usual crystal. */
const romBaudRate = 115_200;
/** A collapsing supply falls to this share of its nominal voltage. */
const brownoutShare = 0.5;

/** A chip of Espressif's with its surroundings. */
export interface ChipParts extends BoardParts {
  texts: RomTexts;
  startLoader: StartLoader;
}

/** Runs the chip from one reset to the next, until the signal aborts; rejects then. */
export async function runChip(parts: ChipParts, mode: BootMode): Promise<never> {
  let cause: ResetCause = 'power-on';
  for (;;) {
    parts.log(`reset by ${cause}, boots to ${mode}`);
    cause = mode === 'download' ? await runLoader(parts, cause) : await runFlash(parts, cause);
    parts.signal.throwIfAborted();
    // The strapping register keeps its value over a software reset: the loader's own reset leads into the ROM's loader again.
    if (cause === 'watchdog' || cause === 'brown-out') mode = parts.strap();
  }
}

async function runLoader(parts: ChipParts, cause: ResetCause): Promise<ResetCause> {
  const { wire, flash, chip, mac, slot, signal, log } = parts;
  await romDownload(beginRun(parts), cause);
  parts.enter('loader');
  let loader: { stop(): void } | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      loader = parts.startLoader({ wire, flash, chip, mac, faults: slot.faults, onReset: resolve, log });
    });
  } finally {
    loader?.stop();
  }
  return 'software-system';
}

async function runFlash(parts: ChipParts, cause: ResetCause): Promise<ResetCause> {
  const { wire, slot, enter, supply } = parts;
  const run = beginRun(parts);
  const { output } = run;
  wire.onReceive((bytes) => parts.onHostBytes?.(bytes));
  const bootloader = await romBoot(run, cause);
  if (bootloader === undefined) return 'watchdog';
  if (faultOf(slot.faults, 'silent-console')) output.mute();
  output.setBaudRate(slot.consoleBaudRate);
  wire.setBaudRate(slot.consoleBaudRate, { afterSent: true });
  enter('second stage');
  const image = await secondStage(run, bootloader);
  if (image === undefined) {
    output.work(timings.softwareReset);
    await output.settle();
    return 'software-system';
  }
  supply.setLoad(loads.app);
  return runImage(parts, run, image, bootloader.header?.flashMode ?? 'DIO');
}

function beginRun(parts: ChipParts): ChipRun {
  const { wire, flash, texts, signal } = parts;
  parts.enter('ROM');
  parts.supply.setLoad(loads.loader);
  wire.setBaudRate(romBaudRate);
  const output = createOutput((bytes) => wire.send(bytes), { baudRate: romBaudRate, signal });
  return { output, flash, texts };
}

async function runImage(
  parts: ChipParts,
  run: ChipRun,
  image: AppImage,
  flashMode: string,
): Promise<ResetCause> {
  const { slot, enter, supply, signal, mac, wire } = parts;
  const found = image.report.app;
  const version = faultOf(slot.faults, 'wrong-version')?.version;
  const descriptor = found && version !== undefined ? { ...found, version } : found;
  enter('application starts');
  await startApp(run, descriptor, flashMode);
  const program = programOf(parts, image);
  if (program === undefined || descriptor === undefined) {
    enter('unknown application');
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }
  const app = {
    program,
    version: descriptor.version,
    about: [
      `chip=${parts.chip.replace(/^esp32(?=.)/, 'esp32-').toUpperCase()}`,
      `mac=${mac}`,
      `idf=${descriptor.idfVersion}`,
    ],
    crashDump: espCrashDump(parts.chip, descriptor.elfSha256),
    mac,
    faults: appFaultsOf(parts.slot.faults),
    output: run.output,
    setLoad: (milliamps: number) => supply.setLoad(milliamps),
    dipSupply: () => supply.dip(brownoutShare),
    onReceive: (listener: (bytes: Buffer) => void) =>
      wire.onReceive((bytes) => {
        listener(bytes);
        parts.onHostBytes?.(bytes);
      }),
    signal,
  };
  return runFactoryApp(app, () => enter('application ready'));
}

function programOf({ log }: ChipParts, { bytes }: AppImage): FactoryAppProgram | undefined {
  try {
    return findEspProgram(bytes)?.program;
  } catch (thrown) {
    log(
      `the application's program cannot be run: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
    return undefined;
  }
}
