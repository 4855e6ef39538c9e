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

const [left, right, top, bottom, height] = [50, 14, 30, 44, 260];

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
  const margin = (high - low) * 0.04;
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
  const across = y.ticks.map((tick) => [
    line([left, y.at(tick)], [chartWidth - right, y.at(tick)], 'grid'),
    label(left - 6, y.at(tick) + 4, tick.toFixed(y.decimals), 'end'),
  ]);
  const along = x.ticks.map((tick) => [
    line([x.at(tick), floor], [x.at(tick), floor + 4], 'axis'),
    label(x.at(tick), floor + 17, tick.toFixed(x.decimals)),
  ]);
  return markup`${across}${along}${line([left, floor], [chartWidth - right, floor], 'axis')}`;
}

function axisName(unit: string): Markup {
  return markup`${label(chartWidth - right, height - 6, unit, 'end', 'name')}${label(left, top - 14, 'units', 'middle', 'name')}`;
}

/** A limit that is far away would leave no room for the bars: it is named at the edge. */
function limitLines({ min, max }: Limits, x: Scale, near: readonly number[]): Markup[] {
  const floor = height - bottom;
  const mark = (name: string, limit: number | undefined, isLow: boolean) => {
    if (limit === undefined) return [];
    const text = `${name} ${limit}`;
    if (!near.includes(limit)) {
      const edge = isLow ? left + 2 : chartWidth - right;
      return [
        label(edge, top - 2, isLow ? `◂ ${text}` : `${text} ▸`, isLow ? 'start' : 'end', 'limit-label'),
      ];
    }
    const place = x.at(limit);
    return [
      line([place, top], [place, floor], 'limit'),
      label(place, top - 4, text, isLow ? 'start' : 'end', 'limit-label'),
    ];
  };
  return [...mark('min', min, true), ...mark('max', max, false)];
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
