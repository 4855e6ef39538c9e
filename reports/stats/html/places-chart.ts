import { percentText } from '../number-text.js';
import type { PlaceYield } from '../places.js';
import type { Markup } from './markup.js';
import { chart, chartWidth, dot, fitted, label, line, roomFor, scale } from './svg.js';

const [right, top, row] = [20, 14, 20];
/** Beside the name of a slot, for the mark of one that differs. */
const markRoom = 28;
/** Slots that the chart shows; the table has them all. */
const mostPlaces = 64;

/** First-pass yield of each slot with its interval; the dashed line is that of all units. */
export function placesChart(places: readonly PlaceYield[], all: number, id: string): Markup {
  const shown = chosen(places);
  const room = roomFor(
    shown.map(({ place }) => place),
    60,
    230,
  );
  const left = room + markRoom;
  const floor = top + shown.length * row;
  const lowest = Math.min(all, ...shown.map(({ firstPass }) => firstPass.interval?.low ?? 1));
  const x = scale([Math.max(0, Math.floor(lowest * 20 - 0.2) / 20), 1], [left, chartWidth - right], 6);
  const rows = shown.flatMap(({ place, firstPass: { value, interval }, differs }, index) => {
    const y = top + index * row + row / 2;
    const name = label(
      left - 8,
      y + 4,
      differs ? `${fitted(place, room)} ▸` : fitted(place, room),
      'end',
      differs ? 'label marked' : 'label',
    );
    if (value === null || interval === null) return [name];
    const kind = differs ? 'dot marked' : 'dot';
    return [
      name,
      line([x.at(interval.low), y], [x.at(interval.high), y], differs ? 'interval marked' : 'interval'),
      dot(x.at(value), y, kind),
    ];
  });
  const unlike = shown.filter(({ differs }) => differs).map(({ place }) => place);
  return chart({
    id,
    title: 'First-pass yield of each slot',
    says: `${shown.length} slots, all units ${percentText(all)}; ${unlike.length > 0 ? `not like the others: ${unlike.join(', ')}` : 'none differs significantly'}.`,
    height: floor + 40,
    body: [
      ...x.ticks.flatMap((tick) => [
        line([x.at(tick), top], [x.at(tick), floor], 'grid'),
        label(x.at(tick), floor + 16, `${Number((100 * tick).toFixed(1))} %`),
      ]),
      line([x.at(all), top], [x.at(all), floor], 'overall'),
      ...rows,
      label(
        chartWidth - right,
        floor + 34,
        'bars: 95 % intervals; dashed: all units; ▸ differs',
        'end',
        'name',
      ),
    ],
  });
}

/** Of very many, those that differ and the worst, in the order of their names. */
function chosen(places: readonly PlaceYield[]): PlaceYield[] {
  if (places.length <= mostPlaces) return [...places];
  const worst = places.toSorted(
    (a, b) => Number(b.differs) - Number(a.differs) || (a.firstPass.value ?? 1) - (b.firstPass.value ?? 1),
  );
  const kept = new Set(worst.slice(0, mostPlaces));
  return places.filter((place) => kept.has(place));
}
