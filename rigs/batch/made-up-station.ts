import type { CheckedFile } from '../checked-file.js';
import type { StationFile } from '../rig-files.js';
import { madeUpFile } from './made-up-file.js';
import { patch, type Patch } from './patched-file.js';
import type { LoosePlace, Placed } from './place-units.js';
import type { PlaceDraft } from './draft.js';
import type { BatchContext } from './station-patches.js';

/**
 * Stations for the places that no station file names: slots without lines and meters. A serial port resets its board by DTR and RTS; devices on the network
 * and boot drives need nothing.
 */
export async function madeUpStations(
  loose: readonly LoosePlace[],
  context: BatchContext,
): Promise<{ files: CheckedFile<StationFile>[]; places: Map<PlaceDraft, Placed> }> {
  const places = new Map<PlaceDraft, Placed>();
  const groups = new Map<string, LoosePlace[]>();
  for (const each of loose) {
    const name = each.place.station?.value ?? 'targets';
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  const files: CheckedFile<StationFile>[] = [];
  for (const [wanted, group] of groups) {
    const name = freeName(wanted, context);
    files.push(await stationOf(name, group, context));
    for (const [index, { place }] of group.entries())
      places.set(place, { station: name, slot: slotName(index) });
  }
  return { files, places };
}

async function stationOf(
  name: string,
  group: readonly LoosePlace[],
  { draft }: BatchContext,
): Promise<CheckedFile<StationFile>> {
  const [first] = group;
  if (first === undefined) throw new Error(`no place for station ${name}`);
  const from = first.place.station ?? first.place.at;
  const patches: Patch[] = [
    ...patch(['station'], from, name),
    ...(draft.bench ? patch(['bench'], draft.bench) : []),
    ...patch(['board'], first.place.at, first.board),
    ...patch(['release'], first.place.at, first.release),
    ...draft.stationPatches,
    ...patch(['programme'], draft.programme ?? from, [draft.programme?.value ?? 'bring-up']),
    ...group.flatMap(({ place, board, release }, index) => {
      const here = ['slots', index];
      const { value } = place.at;
      const way = 'serial' in value ? { serial: { ...value.serial, autoReset: true } } : value;
      return [
        ...patch(here, place.at, { id: slotName(index), board, release, ...way }),
        ...[...draft.slotPatches, ...place.slotPatches].map((each) => ({
          ...each,
          path: [...here, ...each.path],
        })),
      ];
    }),
  ];
  return madeUpFile<StationFile>('station', { name, file: from.problem('').file, from, patches });
}

function slotName(index: number): string {
  return `slot${index + 1}`;
}

/** A name that no station file has. */
function freeName(wanted: string, { files }: BatchContext): string {
  const taken = files.map(({ name }) => name);
  let name = wanted;
  for (let number = 2; taken.includes(name); number += 1) name = `${wanted}-${number}`;
  return name;
}
