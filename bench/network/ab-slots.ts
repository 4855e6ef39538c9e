import { espChipNamed } from '../../firmware/esp-chips.js';
import { inspectEspImage } from '../../firmware/esp-image.js';
import { readGatewayFirmware } from '../../firmware/demo-network.js';
import {
  PARTITION_TABLE_BYTES,
  PARTITION_TABLE_OFFSET,
  parsePartitionTable,
  type Partition,
} from '../../firmware/partition-table.js';
import { crcOf, highestSequence, otadataSectorBytes } from '../boot/boot-partitions.js';
import type { FlashArray } from '../parts.js';

/** Places for applications, of which one is started; an update goes into another. */
export interface AbSlots {
  places: readonly { offset: number; sizeBytes: number }[];
  /** Offset of the two records that say which: ESP-IDF's otadata. */
  otadata: number;
  /** Whether an application would be started. */
  accepts(image: Buffer): boolean;
  /** What `accepts` has to see of it; all of the place unless told. */
  headBytes?: number;
}

const otadataBytes = 2 * otadataSectorBytes;

/** The OTA partitions of an ESP chip's partition table. */
export function espSlots(chip: string, flash: FlashArray): AbSlots {
  const table = flash.read(PARTITION_TABLE_OFFSET, PARTITION_TABLE_BYTES);
  const { partitions } = parsePartitionTable(table);
  const name = espChipNamed(chip)?.name;
  return {
    places: partitions
      .filter(({ type, subtype }) => type === 0 && subtype >= 0x10 && subtype <= 0x1f)
      .sort((a, b) => a.subtype - b.subtype),
    otadata: partitions.find(isOtadata)?.offset ?? flash.sizeBytes,
    accepts: (image) =>
      inspectEspImage(image, name === undefined ? {} : { chip: name }).problems.length === 0,
  };
}

function isOtadata({ type, subtype }: Partition): boolean {
  return type === 1 && subtype === 0;
}

/** The program with its version stands in front of all else, and is far shorter. */
export const gatewayHeadBytes = 64 * 1024;

/** The two halves of a gateway's flash, with its records at the end. */
export function gatewaySlots(flash: FlashArray): AbSlots {
  const half = flash.sizeBytes / 2;
  const sizeBytes = half - otadataBytes;
  return {
    places: [0, half].map((offset) => ({ offset, sizeBytes })),
    otadata: flash.sizeBytes - otadataBytes,
    accepts: (image) => readGatewayFirmware(image) !== undefined,
    headBytes: gatewayHeadBytes,
  };
}

/** The place that is started: the selected one, or the first after it whose application is good. Undefined when there is none. */
export function startedPlace(flash: FlashArray, slots: AbSlots): number | undefined {
  const { places, otadata, accepts, headBytes } = slots;
  const selected = ((highestSequence(flash, otadata) ?? 1) - 1) % Math.max(1, places.length);
  const order = places.map((_, index) => (selected + index) % places.length);
  return order.find((index) => {
    const place = places[index];
    return place !== undefined && accepts(flash.read(place.offset, headBytes ?? place.sizeBytes));
  });
}

/** Makes a place the one that is started next, with a record that is newer than both that are there. */
export function selectPlace(flash: FlashArray, { places, otadata }: AbSlots, index: number): void {
  let sequence = (highestSequence(flash, otadata) ?? 0) + 1;
  while ((sequence - 1) % places.length !== index) sequence += 1;
  const record = Buffer.alloc(32, 0xff);
  record.writeUInt32LE(sequence, 0);
  record.writeUInt32LE(crcOf(record.subarray(0, 4)), 28);
  const at = otadata + ((sequence - 1) % 2) * otadataSectorBytes;
  flash.erase(at, otadataSectorBytes);
  flash.write(at, record);
}
