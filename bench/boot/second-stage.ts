import type { EspImageReport } from '../../firmware/esp-image.js';
import { timings } from '../timings.js';
import { checkAppImage, type AppImage } from './app-image.js';
import { bootOrder, loadPartitions, type BootChoice } from './boot-partitions.js';
import type { ChipRun } from './chip-run.js';

/** Images of ESP-IDF before 5.2 do not say what they were built with. */
const undescribed = { idfVersion: 'v5.1.4', dateTime: 'Jan  1 2024 00:00:00' };

/**
 * ESP-IDF's second stage: what it says about itself, the flash and the partition table, and the application that it starts.
 * Undefined when there is none to start: then it has said why and resets the chip by software.
 */
export async function secondStage(run: ChipRun, bootloader: EspImageReport): Promise<AppImage | undefined> {
  const { output, texts } = run;
  const chip = texts.chip.name;
  const { idfVersion, dateTime } = bootloader.bootloader ?? undescribed;
  output.work(timings.secondStageStart);
  output.log('I', 'boot', `ESP-IDF ${idfVersion} 2nd stage bootloader`);
  output.log('I', 'boot', `compile time ${dateTime}`);
  if (chip !== 'esp32c3') output.log('I', 'boot', 'Multicore bootloader');
  output.log('I', 'boot', `chip revision: ${texts.revision}`);
  output.log('I', `boot.${chip}`, `SPI Speed      : ${speedOf(bootloader)}`);
  output.log('I', `boot.${chip}`, `SPI Mode       : ${bootloader.header?.flashMode ?? 'SLOW READ'}`);
  output.log('I', `boot.${chip}`, `SPI Flash Size : ${sizeOf(bootloader)}`);
  output.log('I', 'boot', 'Enabling RNG early entropy source...');
  await output.settle();
  const partitions = loadPartitions(run);
  const choices = partitions === undefined ? [] : bootOrder(run, partitions);
  const app = await firstBootable(run, choices);
  if (app !== undefined) {
    output.log('I', 'boot', `Loaded app from partition at offset 0x${app.offset.toString(16)}`);
    output.log('I', 'boot', 'Disabling RNG early entropy source...');
  } else if (partitions !== undefined) {
    output.log('E', 'boot', 'No bootable app partitions in the partition table');
  }
  await output.settle();
  return app;
}

async function firstBootable(run: ChipRun, choices: readonly BootChoice[]): Promise<AppImage | undefined> {
  for (const { partition, index } of choices) {
    const app = await checkAppImage(run, partition);
    if (app !== undefined) return app;
    const name = index === -1 ? 'Factory app partition' : `OTA app partition slot ${index}`;
    run.output.log('E', 'boot', `${name} is not bootable`);
  }
  return undefined;
}

function speedOf({ header }: EspImageReport): string {
  return { 0xf: '80MHz', 0: '40MHz', 1: '26.7MHz', 2: '20MHz' }[header?.flashFrequency ?? 2] ?? '20MHz';
}

function sizeOf({ header }: EspImageReport): string {
  return `${(header?.flashSizeBytes ?? 0x200000) / 2 ** 20}MB`;
}
