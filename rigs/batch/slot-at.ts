import { relative } from 'node:path';
import type { CheckedFile } from '../checked-file.js';
import type { StationFile } from '../rig-files.js';
import type { Place } from './draft.js';

/** A slot as its station file has it. */
export interface WrittenPlace {
  file: CheckedFile<StationFile>;
  index: number;
  id: string;
}

/** The slot that a station file of the rig has at a port, an address or a mount point; undefined when none has. */
export function slotAt(place: Place, files: readonly CheckedFile<StationFile>[]): WrittenPlace | undefined {
  for (const file of files) {
    for (const [index, slot] of (file.values.slots ?? []).entries()) {
      const isHere =
        ('serial' in place && slot?.serial?.path === place.serial.path) ||
        ('bootDrive' in place && slot?.bootDrive === withoutSlash(place.bootDrive)) ||
        ('network' in place && slot?.network?.host === place.network.host);
      if (isHere && slot?.id !== undefined) return { file, index, id: slot.id };
    }
  }
  return undefined;
}

/** The place as a user would name it. */
export function placeText(place: Place): string {
  if ('serial' in place) return place.serial.path;
  return 'network' in place ? place.network.host : place.bootDrive;
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

/** A path as it is shown: relative to the working folder where it is below. */
export function shownPath(path: string): string {
  const fromHere = relative('.', path);
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere;
}
