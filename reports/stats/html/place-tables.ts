import { numberText, percentText, probabilityText, shareText } from '../number-text.js';
import type { PlaceYield } from '../places.js';
import type { Statistics } from '../statistics.js';
import { markup, type Markup } from './markup.js';
import { pageTable } from './table.js';

/** Slots, stations where there are several, and slots that measure something else than the others. */
export function placeTables({ slots, stations, slotOffsets: { found, tests } }: Statistics): Markup {
  const several = stations.length > 1 ? [placeTable('Stations', stations)] : [];
  const offsets = pageTable({
    caption: `Slots that measure differently: ${found.length} of ${tests} comparisons are significant`,
    head: ['slot', 'measurement', 'mean', 'others', 'difference', 'test'],
    textColumns: [1],
    rows: found.map(({ place, name, unit, mean, othersMean, inSds, p }) => [
      place,
      name,
      `${numberText(mean)} ${unit}`,
      `${numberText(othersMean)} ${unit}`,
      inSds === null ? '' : `${inSds.toFixed(2)} sd`,
      probabilityText(p),
    ]),
  });
  return markup`${several}${placeTable('Slots', slots)}${found.length > 0 ? offsets : undefined}`;
}

function placeTable(caption: string, places: readonly PlaceYield[]): Markup {
  return pageTable({
    caption,
    head: ['place', 'units', 'first pass (95 % interval)', 'final', 'others', 'test'],
    rows: places.map(({ place, units, firstPass, final, others, p, differs }) => [
      place,
      String(units),
      shareText(firstPass),
      percentText(final.value),
      percentText(others.value),
      differs && p !== null ? `differs, ${probabilityText(p)}` : '',
    ]),
    marked: places.flatMap(({ differs }, index) => (differs ? [index] : [])),
  });
}
