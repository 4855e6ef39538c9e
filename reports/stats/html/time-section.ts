import type { Description } from '../describe.js';
import { numberText } from '../number-text.js';
import type { Times } from '../times.js';
import { histogramChart } from './histogram-chart.js';
import { markup, type Markup } from './markup.js';
import type { Section } from './page.js';
import { pageTable } from './table.js';

/** Flash times as a histogram, all times and the pace of each station as tables. */
export function timeSection(times: Times, section: Section): Markup {
  const { flashSeconds, flashHistogram } = times;
  const chart =
    flashSeconds && flashHistogram
      ? histogramChart({
          id: 'flash',
          title: 'Histogram of flash times',
          unit: 's',
          histogram: flashHistogram,
          limits: {},
          mean: flashSeconds.mean,
          sd: null,
        })
      : markup`<p class="soft">Nothing was flashed.</p>`;
  return section(
    'Flash times, cycle times and throughput',
    chart,
    markup`${timeTable(times)}${paceTable(times)}`,
  );
}

function timeTable(times: Times): Markup {
  const rows: readonly (readonly [string, Description | null])[] = [
    ['flash, s', times.flashSeconds],
    ['flash, bytes/s', times.flashBytesPerSecond],
    ['wire, bytes/s', times.wireBytesPerSecond],
    ['attempt, s', times.attemptSeconds],
    ['slot cycle, s', times.cycleSeconds],
    ['slot waiting, s', times.waitingSeconds],
  ];
  return pageTable({
    caption: 'Times',
    head: ['time', 'n', 'mean', '5 %', 'median', '95 %', 'max'],
    rows: rows.flatMap(([name, time]) => {
      if (time === null) return [];
      const { n, mean, max, percentiles } = time;
      const shown = [mean, percentiles.p5, percentiles.p50, percentiles.p95, max];
      return [[name, String(n), ...shown.map((value) => numberText(value))]];
    }),
  });
}

function paceTable({ stations }: Times): Markup {
  return pageTable({
    caption: 'Throughput over the working time',
    head: ['station', 'units', 'units/h', 'passed/h', 'working hours'],
    rows: stations.map(({ station, units, unitsPerHour, passedPerHour, workingHours }) => [
      station,
      String(units),
      numberText(unitsPerHour, 3),
      numberText(passedPerHour, 3),
      numberText(workingHours, 3),
    ]),
  });
}
