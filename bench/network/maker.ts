import { buildGatewayFirmware, gatewayProgram, nodeProgram } from '../../firmware/demo-network.js';
import type { DemoChipName } from '../../firmware/demo-build.js';
import { buildRelease } from '../../firmware/demo-release.js';
import {
  buildPartitionTable,
  partition,
  PARTITION_TABLE_OFFSET,
  type Partition,
} from '../../firmware/partition-table.js';
import type { FlashArray } from '../parts.js';
import { espSlots, gatewaySlots, selectPlace, type AbSlots } from './ab-slots.js';

/** The application with which a networked device comes from its maker. */
export const makersVersion = '1.0.0';

const seed = 100;
const appSizeBytes = 64 * 1024;
const appOffset = 0x10000;
/** Largest application partition of Arduino's default layout, for 4 MiB of flash. */
const mostAppBytes = 0x140000;

/**
 * Fills the flash of a new device. Its application is in the second place, so that the first update goes into the first: where an image's offset
 * says that it belongs.
 */
export function presetDevice(chip: string, flash: FlashArray): void {
  if (chip === 'linux') return presetGateway(flash);
  const program = nodeProgram(chip);
  const flashSizeBytes = flash.sizeBytes;
  const common = { version: makersVersion, program, appSizeBytes, seed, flashSizeBytes };
  if (chip === 'esp8266') {
    for (const { offset, bytes } of buildRelease({ ...common, chip })) flash.write(offset, bytes);
    return;
  }
  flash.write(PARTITION_TABLE_OFFSET, buildPartitionTable(otaPartitions(flashSizeBytes)));
  for (const { name, offset, bytes } of buildRelease({ ...common, chip: chip as DemoChipName })) {
    if (name === 'bootloader') flash.write(offset, bytes);
    if (name === 'app') presetSecond(flash, espSlots(chip, flash), bytes);
  }
}

function presetGateway(flash: FlashArray): void {
  const image = buildGatewayFirmware({
    version: makersVersion,
    program: gatewayProgram,
    sizeBytes: appSizeBytes,
    seed,
  });
  presetSecond(flash, gatewaySlots(flash), image);
}

function presetSecond(flash: FlashArray, slots: AbSlots, image: Buffer): void {
  flash.write(slots.places[1]?.offset ?? 0, image);
  selectPlace(flash, slots, 1);
}

/** Arduino's default layout. */
function otaPartitions(flashSizeBytes: number): Partition[] {
  const room = Math.floor((flashSizeBytes - appOffset) / 2 / 0x10000) * 0x10000;
  const appBytes = Math.min(mostAppBytes, room);
  return [
    partition('nvs', 1, 0x02, 0x9000, 0x5000),
    partition('otadata', 1, 0x00, 0xe000, 0x2000),
    partition('app0', 0, 0x10, appOffset, appBytes),
    partition('app1', 0, 0x11, appOffset + appBytes, appBytes),
  ];
}
