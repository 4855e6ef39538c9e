import type { Limits } from '../../../core/measurement.js';
import type { Histogram } from '../histogram.js';
import { numberText } from '../number-text.js';
import { markup, type Markup } from './markup.js';
import { box, chart, chartWidth, label, line, path, scale, type Scale } from './svg.js';

/** What a histogram shows. */
export interface HistogramChart {
  id: string;
  title: string;
  /** Unit of the values, for the axis. */
  unit: string;
  histogram: Histogram;
  limits: Limits;
  mean: number;
  /** Of the normal curve; null for none. */
  sd: number | null;
}

const [left, right, top, bottom, height] = [50, 14, 34, 44, 264];

/** Bars, the limits as dashed lines where they are near, and the normal curve that has the same mean and spread. */
export function histogramChart({ id, title, unit, histogram, limits, mean, sd }: HistogramChart): Markup {
  const { from, counts } = histogram;
  const width = histogram.width || Math.abs(from) * 0.02 || 1;
  const start = histogram.width === 0 ? from - width / 2 : from;
  const end = start + width * counts.length;
  const near = [limits.min, limits.max].filter(
    (limit) => limit !== undefined && limit > start - 2 * (end - start) && limit < end + 2 * (end - start),
  ) as number[];
  const [low, high] = [Math.min(start, ...near), Math.max(end, ...near)];
  const margin = (high - low) * (histogram.width === 0 ? 3 : 0.04);
  const x = scale([low - margin, high + margin], [left, chartWidth - right]);
  const y = scale([0, Math.max(...counts) * 1.08], [height - bottom, top], 4);
  const floor = height - bottom;
  const bars = counts.map((count, bin) => {
    const place = x.at(start + bin * width);
    return box(
      place + 0.5,
      y.at(count),
      x.at(start + (bin + 1) * width) - place - 1,
      floor - y.at(count),
      'bar',
    );
  });
  const all = counts.reduce((sum, count) => sum + count, 0);
  const curve = sd !== null && sd > 0 ? [normalCurve(x, y, { mean, sd }, all * width)] : [];
  const says = `${all} values from ${numberText(start)} to ${numberText(end)} ${unit}, mean ${numberText(mean)}; ${limitWords(limits)}.`;
  return chart({
    id,
    title,
    says,
    height,
    body: [axes(x, y, floor), ...bars, ...curve, ...limitLines(limits, x, near), axisName(unit)],
  });
}

function axes(x: Scale, y: Scale, floor: number): Markup {
  const across = y.ticks
    .filter(Number.isInteger)
    .map((tick) => [
      line([left, y.at(tick)], [chartWidth - right, y.at(tick)], 'grid'),
      label(left - 6, y.at(tick) + 4, String(tick), 'end'),
    ]);
  const along = x.ticks.map((tick) => [
    line([x.at(tick), floor], [x.at(tick), floor + 4], 'axis'),
    label(x.at(tick), floor + 17, tick.toFixed(x.decimals)),
  ]);
  return markup`${across}${along}${line([left, floor], [chartWidth - right, floor], 'axis')}`;
}

function axisName(unit: string): Markup {
  return markup`${label(chartWidth - right, height - 6, unit, 'end', 'name')}${label(0, top - 4, 'units', 'start', 'name')}`;
}

/** A limit that is far away would leave no room for the bars: it is named at the edge. */
function limitLines({ min, max }: Limits, x: Scale, near: readonly number[]): Markup[] {
  const floor = height - bottom;
  const [toLeft, toRight] = [left + 100, chartWidth - right - 100];
  const mark = (name: string, limit: number | undefined, side: 'start' | 'end', y: number) => {
    if (limit === undefined) return [];
    const text = `${name} ${limit}`;
    if (near.includes(limit)) {
      const place = x.at(limit);
      return [line([place, top], [place, floor], 'limit'), label(place, y, text, side, 'limit-label')];
    }
    return name === 'min'
      ? [label(left + 2, y, `◂ ${text}`, 'start', 'limit-label')]
      : [label(chartWidth - right, y, `${text} ▸`, 'end', 'limit-label')];
  };
  // Outside of the limits, where nothing else is, unless the chart ends there; one above the other, since both may end up on one side.
  const minSide = min !== undefined && x.at(min) > toLeft ? 'end' : 'start';
  const maxSide = max !== undefined && x.at(max) < toRight ? 'start' : 'end';
  return [...mark('min', min, minSide, top - 4), ...mark('max', max, maxSide, top - 17)];
}

function limitWords({ min, max }: Limits): string {
  if (min === undefined && max === undefined) return 'no limits';
  const words = [...(min === undefined ? [] : [`min ${min}`]), ...(max === undefined ? [] : [`max ${max}`])];
  return `limits: ${words.join(', ')}`;
}

function normalCurve(x: Scale, y: Scale, { mean, sd }: { mean: number; sd: number }, area: number): Markup {
  const points = Array.from({ length: 121 }, (_, index): [number, number] => {
    const value = x.from + ((x.to - x.from) * index) / 120;
    const density = Math.exp(-(((value - mean) / sd) ** 2) / 2) / (sd * Math.sqrt(2 * Math.PI));
    return [x.at(value), Math.max(top, y.at(density * area))];
  });
  return path(points, 'curve');
}
