import { join } from 'node:path';
import { readCheckedFile } from './checked-file.js';
import { stationNames } from './load-rig.js';
import type { StationFile } from './rig-files.js';

/** What a station file says of a slot's ways to its board, whether the rest of the file is right or not. */
export interface WrittenSlot {
  station: string;
  slot: string;
  /** Its ports are those of a virtual bench, not of this host. */
  isVirtual: boolean;
  serialPath?: string;
  /** Undefined when it is not known which one a broken file means. */
  baudRate?: number;
  /** The port is there only while the board has power. */
  isNative: boolean;
  bootDrive?: string;
}

/** The slots of every station file of a rig, with whatever of them can be read: a mistake elsewhere in a file must not free its ports. */
export async function writtenSlots(folder: string): Promise<WrittenSlot[]> {
  const files = await Promise.all(
    stationNames(folder).map((name) => readCheckedFile<StationFile>('station', join(folder, `${name}.yaml`))),
  );
  return files.flatMap(({ name, values }) =>
    (values.slots ?? []).flatMap((slot, index): WrittenSlot[] => {
      if (slot === undefined) return [];
      const { id = `slots[${index}]`, serial, bootDrive } = slot;
      return [
        {
          station: name,
          slot: id,
          isVirtual: values.bench === 'virtual',
          isNative: serial?.native === true,
          ...(serial?.path !== undefined && { serialPath: serial.path }),
          ...(serial?.baudRate !== undefined && { baudRate: serial.baudRate }),
          ...(bootDrive !== undefined && { bootDrive }),
        },
      ];
    }),
  );
}
