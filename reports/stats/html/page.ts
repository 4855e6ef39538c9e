import { excludedText } from '../excluded-text.js';
import { headline } from '../headline.js';
import { numberText, percentText, shareText } from '../number-text.js';
import { blameText } from '../pareto.js';
import type { Statistics } from '../statistics.js';
import { markup, type Markup } from './markup.js';
import { measurementSections } from './measurement-sections.js';
import { placesChart } from './places-chart.js';
import { placeTables } from './place-tables.js';
import { paretoChart } from './pareto-chart.js';
import { pageTable } from './table.js';
import { style } from './style.js';
import { timeSection } from './time-section.js';
import { stretchText, timeText, trendChart } from './trend-chart.js';

/** The figures as one page that needs nothing else: no script, no font, no network. Beside each chart stands a table with its numbers. */
export function statisticsPage(stats: Statistics): string {
  const sections = stats.yields.units === 0 ? [] : allSections(stats);
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${pageTitle(stats)}</title>
        <style>
          ${{ markup: style }}
        </style>
      </head>
      <body>
        <main>
          <h1>${pageTitle(stats)}</h1>
          <p class="lead">${headline(stats)}</p>
          ${stats.source.notices.map((notice) => markup`<p class="notice">${notice}</p>`)}
          <p class="soft">${origin(stats)}</p>
          ${figures(stats)} ${sections}
        </main>
      </body>
    </html> `;
  return page.markup;
}

function pageTitle({ source: { folders } }: Statistics): string {
  return `Statistics of ${folders.length === 1 ? (folders[0] ?? '') : `${folders.length} runs and batches`}`;
}

function origin({ source, excluded }: Statistics): string {
  const span = source.from && source.to ? `Units from ${source.from} to ${source.to}. ` : '';
  const { since, until, stations, releases, boards } = source.filter;
  const chosen = Object.entries({ since, until, stations, releases, boards }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} ${[value].flat().join(', ')}`],
  );
  const only = chosen.length > 0 ? `Only: ${chosen.join('; ')}. ` : '';
  return `${span}${only}Left out: ${excludedText(excluded)}. Intervals are 95 % confidence intervals. Formulas: docs/statistics.md.`;
}

function figures({ yields, times }: Statistics): Markup {
  if (yields.units === 0) return markup``;
  const pace = times.stations.reduce((sum, { unitsPerHour }) => sum + (unitsPerHour ?? 0), 0);
  const shown = [
    ['units', String(yields.units)],
    ['first pass', percentText(yields.firstPass.value)],
    ['in the end', percentText(yields.final.value)],
    ['rolled throughput yield', percentText(yields.rolled)],
    ['boards bad', String(yields.failed)],
    ['errors of the rig', String(yields.errors)],
    ['tried again', percentText(yields.retests.rate.value)],
    ['units per hour', numberText(pace > 0 ? pace : null, 3)],
    [
      'median flash time',
      times.flashSeconds ? `${numberText(times.flashSeconds.percentiles.p50, 3)} s` : '–',
    ],
  ] as const;
  return markup`<ul class="figures">
    ${shown.map(([name, value]) => markup`<li><strong>${value}</strong><span>${name}</span></li>`)}
  </ul>`;
}

function allSections(stats: Statistics): Markup[] {
  const { yields, trend, pareto, slots } = stats;
  const all = yields.firstPass.value ?? 0;
  return [
    section('Yield over time', trendChart(trend, all, 'trend'), trendTable(stats)),
    section('Yield of each step', stepTable(stats), retestTable(stats)),
    ...(pareto.rows.length > 0
      ? [section('What fails', paretoChart(pareto, 'pareto'), paretoTable(stats), 'pair wide')]
      : []),
    section('Slots', placesChart(slots, all, 'slots'), placeTables(stats), 'pair wide'),
    ...measurementSections(stats.measurements, section),
    timeSection(stats.times, section),
  ];
}

/** A section with two things side by side; `pair wide` has more room for the second. */
export type Section = typeof section;

function section(heading: string, chart: Markup, table: Markup, kind: 'pair' | 'pair wide' = 'pair'): Markup {
  return markup`<section>
    <h2>${heading}</h2>
    <div class="${kind}">
      <div>${chart}</div>
      <div>${table}</div>
    </div>
  </section> `;
}

function trendTable({ trend: { minutes, points } }: Statistics): Markup {
  return pageTable({
    caption: `First-pass yield in stretches of ${stretchText(minutes)}, UTC`,
    head: ['from', 'units', 'passed', 'yield (95 % interval)'],
    rows: points.map(({ from, firstPass }) => [
      minutes >= 1440 ? timeText(from, minutes) : `${from.slice(0, 10)} ${from.slice(11, 16)}`,
      String(firstPass.n),
      String(firstPass.count),
      shareText(firstPass),
    ]),
  });
}

function stepTable({ yields: { steps, rolled } }: Statistics): Markup {
  return pageTable({
    caption: `Passed at the first attempt, of the units that got there; all steps together ${percentText(rolled)}`,
    head: ['step', 'units', 'passed', 'yield (95 % interval)'],
    rows: steps.map((row) => [
      row.step || 'outside of all steps',
      String(row.n),
      String(row.count),
      shareText(row),
    ]),
  });
}

function retestTable({ yields: { retests, units } }: Statistics): Markup {
  return pageTable({
    caption: `Attempts: ${retests.rate.count} of ${units} units were tried again, ${shareText(retests.rate)}`,
    head: ['passed on attempt', 'units', 'share'],
    rows: retests.passedOn.map(({ attempt, units: n }) => [
      String(attempt),
      String(n),
      percentText(n / units),
    ]),
  });
}

function paretoTable({ pareto: { rows, attempts } }: Statistics): Markup {
  return pageTable({
    caption: `${attempts} attempts that did not pass; “still” are units whose last attempt ended so`,
    head: ['code', 'attempts', 'share', 'cumulated', 'still', 'blame', 'remedy'],
    textColumns: [5, 6],
    rows: rows.map((row) => [
      row.code,
      String(row.attempts),
      percentText(row.share),
      percentText(row.cumulative),
      String(row.stillFailed),
      blameText(row.blame),
      row.remedy,
    ]),
  });
}
