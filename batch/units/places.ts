import type { Batch, BatchUnit } from '../../rigs/batch/types.js';

/** A slot of the batch, as the dispatcher sees it. */
export interface Place {
  station: string;
  slot: string;
  /** `next`: its board is done, and another one has to come first. */
  state: 'free' | 'busy' | 'next' | 'out';
  /** The unit that it is kept for, between two attempts at it. */
  keptFor?: number;
}

/** Where the units of a batch can stand. */
export interface Places {
  readonly all: readonly Place[];
  /** Takes a place for the unit: its own, the one kept for it, the one that it had, or one of the station with the most that are free. */
  take(unit: BatchUnit, before?: { station?: string; slot?: string }): Place | undefined;
  /** Whether any place may still come free for the unit. */
  isLeft(unit: BatchUnit): boolean;
  /** The attempt is over. `isOut`: the slot cannot be used any more; `keepFor`: the board stays, and its unit comes again. */
  leave(place: Place, how: { isOut: boolean; keepFor?: number }): void;
  /** The board of the unit is no longer in the place that is kept for it. */
  release(unit: number): void;
}

/** A board that a run before this one has had in a slot. */
export interface Standing {
  station: string;
  slot: string;
  unit: number;
  /** Its unit is to have another turn. */
  isToDo: boolean;
}

/** `standing` counts where nobody moves boards, the last one of a slot being what is in it. `onPanelOut` hears that the last board of a panel is out: its operator may change them all. */
export function createPlaces(
  { stations, units, swap }: Pick<Batch, 'stations' | 'units' | 'swap'>,
  standing: readonly Standing[] = [],
  onPanelOut: (station: string) => void = () => undefined,
): Places {
  const own = new Set(units.flatMap(({ place }) => (place ? [keyOf(place)] : [])));
  const all = stations.flatMap(({ name, slots }) =>
    slots.map(({ id }): Place => ({ station: name, slot: id, state: 'free' })),
  );
  const find = (where: { station?: string; slot?: string }) =>
    all.find(({ station, slot }) => station === where.station && slot === where.slot);
  for (const { unit, isToDo, ...where } of swap.detect === 'none' ? standing : []) {
    const place = find(where);
    if (place === undefined || own.has(keyOf(place))) continue;
    delete place.keptFor;
    if (isToDo) Object.assign(place, { state: 'free', keptFor: unit });
    else place.state = 'out';
  }
  const mayBeTaken = ({ state }: Place) => state === 'free' || (state === 'next' && swap.by === 'slot');
  /** A panel is changed as a whole: once its last board is out. */
  const changePanel = (station: string) => {
    const panel = all.filter((place) => place.station === station);
    if (panel.some(({ state, keptFor }) => state === 'busy' || keptFor !== undefined)) return;
    const done = panel.filter(({ state }) => state === 'next');
    for (const place of done) place.state = 'free';
    if (done.length > 0) onPanelOut(station);
  };
  const freeIn = (station: string) =>
    all.filter((place) => place.station === station && mayBeTaken(place)).length;
  const leave: Places['leave'] = (place, { isOut, keepFor }) => {
    if (isOut) place.state = 'out';
    else if (keepFor !== undefined) Object.assign(place, { state: 'free', keptFor: keepFor });
    else if (own.has(keyOf(place))) place.state = 'free';
    else place.state = swap.detect === 'none' ? 'out' : 'next';
    if (swap.by === 'panel') changePanel(place.station);
  };
  return {
    all,
    take(unit, before = {}) {
      const kept = all.find(({ keptFor }) => keptFor === unit.number);
      const chosen = kept ?? (unit.place ? find(unit.place) : undefined);
      if (chosen) {
        if (chosen.state === 'busy' || chosen.state === 'out') return undefined;
        return occupy(chosen);
      }
      if (unit.place) return undefined;
      const open = all.filter(
        (place) => mayBeTaken(place) && place.keptFor === undefined && !own.has(keyOf(place)),
      );
      const former = open.find((place) => place.station === before.station && place.slot === before.slot);
      const [best] = open.sort((one, two) => freeIn(two.station) - freeIn(one.station));
      return former ? occupy(former) : best && occupy(best);
    },
    isLeft(unit) {
      if (unit.place) return find(unit.place)?.state !== 'out' && find(unit.place) !== undefined;
      return all.some((place) => place.state !== 'out' && !own.has(keyOf(place)));
    },
    leave,
    release(unit) {
      const kept = all.find(({ keptFor }) => keptFor === unit);
      if (kept === undefined) return;
      delete kept.keptFor;
      leave(kept, { isOut: false });
    },
  };
}

function occupy(place: Place): Place {
  place.state = 'busy';
  return place;
}

function keyOf({ station, slot }: { station: string; slot: string }): string {
  return `${station} ${slot}`;
}
