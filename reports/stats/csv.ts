import { limitsText } from '../../core/measurement.js';
import { csv } from '../batch-results.js';
import type { Statistics } from './statistics.js';

type Row = [section: string, name: string, statistic: string, value: string];

/** All figures in the long format: one a line, so that a spreadsheet or data base filters what it wants. Times are in s, shares 0 … 1. */
export function statisticsCsv(stats: Statistics): string {
  const { yields, pareto, times } = stats;
  const { steps, retests, firstPass, final, ...counts } = yields;
  const rows: Row[] = [
    ...figures('source', '', { from: stats.source.from, to: stats.source.to }),
    ...figures('excluded', '', stats.excluded),
    ...figures('yield', '', counts),
    ...figures('yield', 'first_pass', firstPass),
    ...figures('yield', 'final', final),
    ...figures('retest', '', retests.rate),
    ...retests.passedOn.flatMap(({ attempt, units }) => figures('retest', `passed_on_${attempt}`, { units })),
    ...steps.flatMap(({ step, ...yieldOfStep }) => figures('step', step || '(outside)', yieldOfStep)),
    ...pareto.rows.flatMap(({ code, ...row }) => figures('pareto', code, row)),
    ...stats.measurements.flatMap((measurement) => {
      const { board, release, name, unit, limits, n, outside, description, within, overall, normality } =
        measurement;
      const warnings = measurement.warnings.join('; ');
      const label = [board, release, name, unit, limitsText(limits ?? undefined)].join(' | ');
      return figures('measurement', label, {
        n,
        outside,
        ...description,
        within,
        overall,
        normality,
        warnings,
      });
    }),
    ...stats.stations.flatMap(({ place, ...row }) => figures('station', place, row)),
    ...stats.slots.flatMap(({ place, ...row }) => figures('slot', place, row)),
    ...stats.slotOffsets.found.flatMap(({ place, board, release, name, ...row }) =>
      figures('slot_offset', [place, board, release, name].join(' | '), row),
    ),
    ...times.stations.flatMap(({ station, ...pace }) => figures('throughput', station, pace)),
    ...Object.entries({ ...times, stations: null, flashHistogram: null }).flatMap(([name, time]) =>
      figures('time', name, { ...time }),
    ),
    ...stats.trend.points.flatMap(({ from, firstPass: point }) => figures('trend', from, point)),
  ];
  return csv(['section', 'name', 'statistic', 'value'], rows);
}

/** One row for each figure below `value`; `interval.low` for one that lies deeper. What is null has none. */
function figures(section: string, name: string, value: object, path = ''): Row[] {
  return Object.entries(value).flatMap(([key, each]: [string, unknown]): Row[] => {
    const statistic = path === '' ? key : `${path}.${key}`;
    if (each === null || each === undefined || each === '') return [];
    if (typeof each === 'object') return figures(section, name, each, statistic);
    return [[section, name, statistic, String(each)]];
  });
}
