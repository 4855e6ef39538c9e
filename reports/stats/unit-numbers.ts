import { unitId, type AttemptRecord } from '../../core/record.js';

type OfUnit = Pick<
  AttemptRecord,
  'batch' | 'unit' | 'serial' | 'station' | 'slot' | 'programme' | 'device' | 'release' | 'failure'
>;

/** Says which unit an attempt is at. Within a folder as the reports group it; over folders, one id under one programme and release is one unit. */
export interface UnitNumbers {
  nextFolder(): void;
  unitOf(record: OfUnit): number;
  /** Unit → id, for those that have one. */
  ids(): ReadonlyMap<number, string>;
  /** The number under which a unit counts: that of an earlier folder when its id was known there. */
  resolve(unit: number): number;
}

export function unitNumbers(): UnitNumbers {
  let units = 0;
  /** Units of this folder by their number in the batch. */
  const ofBatch = new Map<string, number>();
  /** What is in each slot of this folder by now. */
  const inSlot = new Map<string, { unit: number; device?: string | undefined }>();
  const ids = new Map<number, string>();
  /** Id, programme and release → the unit that had it first. */
  const lives = new Map<string, number>();
  /** Lives that began in this folder; within it the slot decides, since one MAC in two slots is two boards. */
  const young = new Map<string, number>();
  const sameAs = new Map<number, number>();
  /** Earlier units that have been met again in this folder. */
  const met = new Set<number>();

  const inFolder = (record: OfUnit): number => {
    if (record.unit !== undefined) {
      const key = `${record.batch}\0${record.unit}`;
      const known = ofBatch.get(key) ?? units++;
      ofBatch.set(key, known);
      return known;
    }
    const place = [record.station, record.slot, record.programme].join('\0');
    const device = record.device && unitId(record.device);
    const current = inSlot.get(place);
    if (current && (current.device === undefined || device === undefined || current.device === device)) {
      current.device ??= device;
      return current.unit;
    }
    inSlot.set(place, { unit: units, device });
    return units++;
  };
  const remember = (unit: number, record: OfUnit) => {
    const id = idOf(record);
    if (id === undefined || ids.has(unit) || record.failure?.code === 'DUPLICATE_MAC') return;
    ids.set(unit, id);
    const life = [id, record.programme, record.release.name].join('\0');
    const earlier = lives.get(life);
    if (earlier !== undefined && !met.has(earlier)) {
      met.add(earlier);
      sameAs.set(unit, earlier);
    } else if (earlier === undefined && !young.has(life)) young.set(life, unit);
  };
  return {
    nextFolder() {
      for (const [life, unit] of young) lives.set(life, unit);
      young.clear();
      met.clear();
      ofBatch.clear();
      inSlot.clear();
    },
    unitOf(record) {
      const unit = inFolder(record);
      remember(unit, record);
      return unit;
    },
    ids: () => ids,
    resolve: (unit) => sameAs.get(unit) ?? unit,
  };
}

/** What tells a board from all others wherever it is tested, where there is such a thing. */
function idOf({ device, serial }: OfUnit): string | undefined {
  return (device && unitId(device)) ?? serial;
}
