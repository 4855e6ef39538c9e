import { limitsText } from '../core/measurement.js';
import { excludedText } from '../reports/stats/excluded-text.js';
import { headline } from '../reports/stats/headline.js';
import {
  indexText,
  numberText,
  percentText,
  probabilityText,
  shareText,
} from '../reports/stats/number-text.js';
import { blameText } from '../reports/stats/pareto.js';
import type { Statistics } from '../reports/stats/statistics.js';
import { formatColumns } from './columns.js';

/** Rows of a table that a screen shows; the rest is in the JSON, the CSV and the page. */
const mostRows = 20;

/** The figures as a person reads them in a terminal, the most wanted first. */
export function statisticsText(stats: Statistics): string {
  const blocks = [
    headline(stats),
    ...stats.source.notices.map((notice) => `NOTE: ${notice}`),
    origin(stats),
    ...(stats.yields.units === 0
      ? []
      : [
          yields(stats),
          steps(stats),
          pareto(stats),
          measurements(stats),
          slots(stats),
          offsets(stats),
          times(stats),
        ]),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function origin({ source, excluded }: Statistics): string {
  const { folders, from, to } = source;
  const names = folders.length > 3 ? `${folders.length} folders` : folders.join(', ') || 'nothing';
  const span = from && to ? `, ${from} to ${to}` : '';
  return `from ${names}${span}; left out: ${excludedText(excluded)}`;
}

function yields({
  yields: { units, passed, failed, errors, firstPass, final, rolled, retests },
}: Statistics) {
  const later = retests.passedOn.filter(({ attempt }) => attempt > 1);
  const passedLater = later.map(({ attempt, units: n }) => `${n} passed on attempt ${attempt}`);
  return table(
    'YIELD',
    ['', 'share (95 % interval)', 'units'],
    [
      ['first pass', shareText(firstPass), `${firstPass.count} of ${units}`],
      ['final', shareText(final), `${passed} passed, ${failed} boards bad, ${errors} errors of the rig`],
      ['rolled throughput', percentText(rolled), 'product of the steps below'],
      [
        'tried again',
        shareText(retests.rate),
        [`${retests.rate.count} of ${units}`, ...passedLater].join(', '),
      ],
    ],
  );
}

function steps({ yields: { steps: rows } }: Statistics): string {
  const cells = rows.map((row) => [
    row.step || '(outside of steps)',
    shareText(row),
    `${row.count} of ${row.n}`,
  ]);
  return table('STEPS', ['step', 'passed at the first attempt', 'units'], cells);
}

function pareto({ pareto: { rows, blame, attempts } }: Statistics): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => [
    row.code,
    String(row.attempts),
    percentText(row.share),
    percentText(row.cumulative),
    String(row.stillFailed),
    blameText(row.blame),
    row.remedy,
  ]);
  const title = `ERRORS: ${attempts} attempts, blame: ${blameText(blame)}`;
  return table(title, ['code', 'attempts', 'share', 'cumulated', 'still failed', 'blame', 'remedy'], cells);
}

function measurements({ measurements: rows }: Statistics): string {
  if (rows.length === 0) return '';
  const cells = rows.map(
    ({ name, unit, limits, n, outside, description, within, overall, board, release }) => [
      name,
      [limitsText(limits ?? undefined), unit].filter(Boolean).join(' '),
      String(n),
      String(outside.count),
      numberText(description?.mean),
      numberText(description?.sd),
      numberText(description?.percentiles.p50),
      indexText(within?.centred),
      indexText(overall?.centred),
      `${board} ${release}`,
    ],
  );
  const head = ['name', 'limits', 'n', 'outside', 'mean', 'sd', 'median', 'Cpk', 'Ppk', 'of'];
  return [table('MEASUREMENTS', head, cells), ...warningLines(rows)].join('\n');
}

/** Each warning once, with the measurements that it is about. */
function warningLines(rows: Statistics['measurements']): string[] {
  const names = new Map<string, Set<string>>();
  for (const { name, warnings } of rows)
    for (const warning of warnings) names.set(warning, (names.get(warning) ?? new Set()).add(name));
  return [...names].map(([warning, of]) => `  ${[...of].join(', ')}: ${warning}`);
}

function slots({ slots: ofSlots, stations }: Statistics): string {
  const rows = [...(stations.length > 1 ? stations : []), ...ofSlots];
  const cells = rows.map(({ place, units, firstPass, final, others, p, differs }) => [
    place,
    String(units),
    shareText(firstPass),
    percentText(final.value),
    percentText(others.value),
    differs && p !== null ? `DIFFERS, ${probabilityText(p)}` : '',
  ]);
  return table('SLOTS', ['place', 'units', 'first pass', 'final', 'others', ''], cells);
}

function offsets({ slotOffsets: { found, tests } }: Statistics): string {
  if (found.length === 0) return '';
  const cells = found.map(({ place, name, mean, othersMean, unit, inSds, p }) => [
    place,
    name,
    `${numberText(mean)} ${unit}`.trim(),
    `${numberText(othersMean)} ${unit}`.trim(),
    inSds === null ? '' : `${inSds > 0 ? '+' : ''}${inSds.toFixed(2)} sd`,
    probabilityText(p),
  ]);
  const title = `SLOTS THAT MEASURE DIFFERENTLY (${found.length} of ${tests} comparisons)`;
  return table(title, ['slot', 'measurement', 'mean', 'others', 'difference', ''], cells);
}

function times({ times: all }: Statistics): string {
  const paces = all.stations.map(({ station, unitsPerHour, passedPerHour, workingHours }) => [
    station,
    numberText(unitsPerHour, 3),
    numberText(passedPerHour, 3),
    numberText(workingHours, 3),
  ]);
  const rows = [
    ['attempt, s', all.attemptSeconds],
    ['slot cycle, s', all.cycleSeconds],
    ['slot waiting, s', all.waitingSeconds],
    ['flash, s', all.flashSeconds],
    ['flash, bytes/s', all.flashBytesPerSecond],
  ] as const;
  const cells = rows.flatMap(([name, time]) => {
    if (time === null) return [];
    const { p5, p50, p95 } = time.percentiles;
    return [
      [name, ...[time.n, time.mean, time.min, p5, p50, p95, time.max].map((value) => numberText(value))],
    ];
  });
  return [
    table('THROUGHPUT', ['station', 'units/h', 'passed/h', 'working hours'], paces),
    table('TIMES', ['', 'n', 'mean', 'min', '5 %', 'median', '95 %', 'max'], cells),
  ].join('\n\n');
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const hidden = rows.length - mostRows;
  const more = hidden > 0 ? `\n… and ${hidden} more: --json, --csv or --html shows them all` : '';
  return `${title}\n${formatColumns(head, rows.slice(0, mostRows)).trimEnd()}${more}`;
}
