import type { AvrChip } from '../firmware/avr-chips.js';
import { avrImageIsWhole } from '../firmware/avr-image.js';
import { readGatewayFirmware } from '../firmware/demo-network.js';
import { espChipNamed, type EspChipName } from '../firmware/esp-chips.js';
import { inspectEspImage } from '../firmware/esp-image.js';
import { ESP_IMAGE_MAGIC } from '../firmware/esp-image-header.js';
import { findEspProgram } from '../firmware/esp-program.js';
import { ESP8266_APP_OFFSET, readEsp8266Part } from '../firmware/esp8266-image.js';
import { findProgram } from '../firmware/factory-app-codec.js';
import {
  PARTITION_TABLE_BYTES,
  PARTITION_TABLE_OFFSET,
  parsePartitionTable,
} from '../firmware/partition-table.js';
import { boot2Problem, imageIsWhole } from '../firmware/rp2040-image.js';
import { bootOrder } from './boot/boot-partitions.js';
import { gatewayHeadBytes, gatewaySlots, startedPlace } from './network/ab-slots.js';
import type { FlashArray } from './parts.js';

// Looks at a flash from outside, without starting anything: what each kind of board would find there.

/** What ROM and second stage of an ESP chip would start; undefined when one of them would refuse. */
export function espVersionIn(chip: string, flash: FlashArray): string | undefined {
  if (chip === 'esp8266') return esp8266VersionIn(flash);
  const known = espChipNamed(chip);
  if (known === undefined) return undefined;
  const { name, bootloaderOffset } = known;
  const isGood = (image: Buffer) => image[0] === ESP_IMAGE_MAGIC && isWhole(image, name);
  if (!isGood(flash.read(bootloaderOffset, PARTITION_TABLE_OFFSET - bootloaderOffset))) return undefined;
  const table = parsePartitionTable(flash.read(PARTITION_TABLE_OFFSET, PARTITION_TABLE_BYTES));
  if (table.problems.length > 0 || !table.hasMd5) return undefined;
  const order = bootOrder({ flash, output: { log: () => undefined } }, table.partitions);
  const images = order.map(({ partition: { offset, sizeBytes } }) => flash.read(offset, sizeBytes));
  const started = images.find(isGood);
  return started && inspectEspImage(started, { chip: name }).app?.version;
}

function isWhole(image: Buffer, chip: EspChipName): boolean {
  const { checksum, hash, sizeBytes } = inspectEspImage(image, { chip });
  if (sizeBytes === undefined || sizeBytes > image.length) return false;
  return checksum?.calculated === checksum?.stored && hash?.calculated === hash?.stored;
}

function esp8266VersionIn(flash: FlashArray): string | undefined {
  const image = flash.read(0, flash.sizeBytes);
  if (image[0] !== ESP_IMAGE_MAGIC || image[ESP8266_APP_OFFSET] !== ESP_IMAGE_MAGIC) return undefined;
  const { end, checksum } = readEsp8266Part(image, ESP8266_APP_OFFSET);
  if (end === undefined || checksum === undefined || checksum.stored !== checksum.calculated)
    return undefined;
  return versionOf(() => findEspProgram(image.subarray(ESP8266_APP_OFFSET, end)));
}

/** What the gateway's loader would start. */
export function gatewayVersionIn(flash: FlashArray): string | undefined {
  const slots = gatewaySlots(flash);
  const place = slots.places[startedPlace(flash, slots) ?? slots.places.length];
  return place && readGatewayFirmware(flash.read(place.offset, gatewayHeadBytes))?.version;
}

/** The program of an AVR. */
export function avrVersionIn(avr: AvrChip, flash: FlashArray): string | undefined {
  const bytes = flash.read(0, avr.flashBytes - avr.loaderBytes);
  if (avrImageIsWhole(bytes, avr) === false) return undefined;
  return versionOf(() => findProgram(bytes));
}

/** What an RP2040 would start; of an RP2350 whatever is there. */
export function picoVersionIn(flash: FlashArray): string | undefined {
  const bytes = flash.read(0, flash.sizeBytes);
  const isRp2040 = boot2Problem(bytes) === undefined;
  if (isRp2040 && imageIsWhole(bytes) === false) return undefined;
  return versionOf(() => findProgram(bytes));
}

/** The program of an STM32. */
export function stm32VersionIn(flash: FlashArray): string | undefined {
  return versionOf(() => findProgram(flash.read(0, flash.sizeBytes)));
}

/** A program that flash did not keep is none. */
function versionOf(find: () => { version?: string } | undefined): string | undefined {
  try {
    return find()?.version;
  } catch {
    return undefined;
  }
}
