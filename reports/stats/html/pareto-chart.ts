import { percentText } from '../number-text.js';
import type { Pareto } from '../pareto.js';
import type { Markup } from './markup.js';
import { box, chart, chartWidth, dot, fitted, label, line, path, scale } from './svg.js';

const [left, right, top, row] = [206, 46, 34, 26];
/** Codes that the chart shows; the table has them all. */
const mostCodes = 12;

/** A bar for each code, split into what the boards and what the rig is to blame for, and the cumulative share as a line. */
export function paretoChart({ rows, attempts }: Pareto, id: string): Markup {
  const shown = rows.slice(0, mostCodes);
  const floor = top + shown.length * row;
  const x = scale([0, shown[0]?.attempts ?? 1], [left, chartWidth - right], 5);
  const share = scale([0, 1], [left, chartWidth - right], 4);
  const middle = (index: number) => top + index * row + row / 2;
  const bars = shown.flatMap(({ code, attempts: count, blame }, index) => {
    const ofBoard = blame.dut ?? 0;
    return [
      label(left - 8, middle(index) + 4, fitted(code, left - 16), 'end'),
      box(left, middle(index) - 8, x.at(ofBoard) - left, 16, 'bar'),
      box(x.at(ofBoard), middle(index) - 8, x.at(count) - x.at(ofBoard), 16, 'bar rig'),
    ];
  });
  const points = shown.map(({ cumulative }, index): [number, number] => [
    share.at(cumulative),
    middle(index),
  ]);
  const [first] = shown;
  return chart({
    id,
    title: 'Pareto of error codes',
    says: `${attempts} attempts did not pass; most frequent is ${first?.code ?? 'nothing'} with ${percentText(first?.share)}. The line is the cumulative share.`,
    height: floor + 44,
    body: [
      ...x.ticks
        .filter(Number.isInteger)
        .flatMap((tick) => [
          line([x.at(tick), top], [x.at(tick), floor], 'grid'),
          label(x.at(tick), floor + 16, String(tick)),
        ]),
      ...share.ticks.flatMap((tick) => [
        line([share.at(tick), top - 4], [share.at(tick), top], 'axis'),
        label(share.at(tick), top - 8, `${Math.round(100 * tick)} %`, 'middle', 'label line-label'),
      ]),
      ...bars,
      path(points, 'trend second'),
      ...points.map(([px, py]) => dot(px, py, 'dot second')),
      label(left, floor + 36, 'attempts:', 'start', 'name'),
      box(left + 66, floor + 27, 12, 10, 'bar'),
      label(left + 82, floor + 36, 'board', 'start', 'name'),
      box(left + 124, floor + 27, 12, 10, 'bar rig'),
      label(left + 140, floor + 36, 'rig', 'start', 'name'),
      label(chartWidth - right, floor + 36, 'line: cumulative share', 'end', 'name'),
    ],
  });
}
