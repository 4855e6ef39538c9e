import { percentText } from '../number-text.js';
import type { Trend } from '../trend.js';
import type { Markup } from './markup.js';
import { chart, chartWidth, dot, label, line, path, scale } from './svg.js';

const [left, right, top, bottom, height] = [56, 30, 16, 44, 260];

/** First-pass yield over time, with intervals. */
export function trendChart({ minutes, points }: Trend, all: number, id: string): Markup {
  const floor = height - bottom;
  const times = points.map(({ from }) => Date.parse(from));
  const [first = 0, last = first] = [times.at(0), times.at(-1)];
  const x = scale(
    [first, last],
    points.length > 1 ? [left + 12, chartWidth - right] : [(left + chartWidth) / 2, chartWidth],
  );
  const lowest = Math.min(1, ...points.map(({ firstPass }) => firstPass.interval?.low ?? 1));
  const y = scale([Math.max(0, Math.floor(lowest * 20 - 0.2) / 20), 1], [floor, top], 5);
  const places = points.map(({ firstPass }, index): [number, number] => [
    x.at(times[index] ?? first),
    y.at(firstPass.value ?? 0),
  ]);
  const intervals = points.flatMap(({ firstPass: { interval } }, index) => {
    const px = places[index]?.[0] ?? 0;
    return interval ? [line([px, y.at(interval.low)], [px, y.at(interval.high)], 'interval')] : [];
  });
  const every = Math.max(1, Math.ceil(points.length / 6));
  return chart({
    id,
    title: 'First-pass yield over time',
    says: `${points.length} stretches of ${stretchText(minutes)}; all units ${percentText(all)}.`,
    height,
    body: [
      ...y.ticks.flatMap((tick) => [
        line([left, y.at(tick)], [chartWidth - right, y.at(tick)], 'grid'),
        label(left - 6, y.at(tick) + 4, `${Number((100 * tick).toFixed(1))} %`, 'end'),
      ]),
      line([left, floor], [chartWidth - right, floor], 'axis'),
      line([left, y.at(all)], [chartWidth - right, y.at(all)], 'overall'),
      ...points.flatMap(({ from }, index) =>
        index % every === 0 ? [label(places[index]?.[0] ?? 0, floor + 17, timeText(from, minutes))] : [],
      ),
      ...intervals,
      path(places, 'trend'),
      ...places.map(([px, py]) => dot(px, py, 'dot')),
      label(
        chartWidth - right,
        height - 8,
        `each point ${stretchText(minutes)}, UTC; dashed: all units`,
        'end',
        'name',
      ),
    ],
  });
}

/** `5 min`, `4 h`, `1 d`. */
export function stretchText(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  return minutes < 1440 ? `${minutes / 60} h` : `${minutes / 1440} d`;
}

/** As long as it has to be for stretches of this length. */
export function timeText(iso: string, minutes: number): string {
  const [date = '', time = ''] = iso.split('T');
  if (minutes >= 1440) return date;
  return minutes >= 60 ? `${date.slice(5)} ${time.slice(0, 5)}` : time.slice(0, 5);
}
