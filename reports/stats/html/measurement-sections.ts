import { limitsText } from '../../../core/measurement.js';
import type { MeasurementStats } from '../measurements.js';
import { indexText, numberText, percentText, shareText } from '../number-text.js';
import { histogramChart } from './histogram-chart.js';
import { markup, type Markup } from './markup.js';
import type { Section } from './page.js';
import { pageTable } from './table.js';

/** Each measurement with its histogram, its figures and what stands against them. */
export function measurementSections(measurements: readonly MeasurementStats[], section: Section): Markup[] {
  return measurements.map((measurement, index) => {
    const { name, board, release, limits, unit, warnings } = measurement;
    const limitWords = limitsText(limits ?? undefined);
    const heading = `${name}${limitWords ? `, ${limitWords} ${unit}` : ''} · ${board}, ${release}`;
    const said = warnings.map((warning) => markup`<p class="notice">${warning}</p>`);
    const table = figureTable(measurement);
    return section(heading.replace(/ ,/g, ','), chartOf(measurement, `m${index}`), markup`${said}${table}`);
  });
}

function chartOf({ histogram, description, name, unit, limits }: MeasurementStats, id: string): Markup {
  if (!histogram || !description) return markup`<p class="soft">Not a number: only counted.</p>`;
  const { mean, sd, n } = description;
  const title = `Histogram of ${name}`;
  // A curve over a handful of values claims a shape that nobody has seen.
  const curve = n >= 8 ? sd : null;
  return histogramChart({ id, title, unit, histogram, limits: limits ?? {}, mean, sd: curve });
}

function figureTable({
  n,
  outside,
  description,
  within,
  overall,
  normality,
  unit,
  name,
}: MeasurementStats): Markup {
  const measured = description
    ? [
        ['mean', numberText(description.mean, 6)],
        ['standard deviation', numberText(description.sd)],
        ['min, max', `${numberText(description.min, 6)}, ${numberText(description.max, 6)}`],
        [
          '1 %, 99 %',
          `${numberText(description.percentiles.p1)}, ${numberText(description.percentiles.p99)}`,
        ],
        [
          '5 %, 95 %',
          `${numberText(description.percentiles.p5)}, ${numberText(description.percentiles.p95)}`,
        ],
        [
          '25 %, 75 %',
          `${numberText(description.percentiles.p25)}, ${numberText(description.percentiles.p75)}`,
        ],
        ['median', numberText(description.percentiles.p50, 6)],
      ]
    : [];
  const capable = [
    ...(within?.spread ? [['Cp', indexText(within.spread)]] : []),
    ...(within?.centred ? [['Cpk', indexText(within.centred)]] : []),
    ...(overall?.spread ? [['Pp', indexText(overall.spread)]] : []),
    ...(overall?.centred ? [['Ppk', indexText(overall.centred)]] : []),
    ...(within ? [['σ within', numberText(within.sigma)]] : []),
    ...(normality
      ? [['Anderson-Darling A²', `${numberText(normality.statistic)} (${normalText(normality.p)})`]]
      : []),
  ];
  const share = outside.count === 0 ? percentText(outside.value) : shareText(outside);
  const rows = [
    ['values', String(n)],
    ['outside of limits', `${outside.count}, ${share}`],
    ...measured,
    ...capable,
  ];
  return pageTable({
    caption: `${name}${unit ? `, ${unit}` : ''}`,
    head: ['figure', 'value (95 % interval)'],
    rows,
  });
}

function normalText(p: number): string {
  return p < 0.005 ? 'p < 0.005, not normal' : `p = ${p.toFixed(3)}`;
}
