import { markup, type Markup } from './markup.js';

/** Where a value lies on a chart, in its units. */
export interface Scale {
  at(value: number): number;
  from: number;
  to: number;
  ticks: number[];
  /** Decimals that tell the ticks apart. */
  decimals: number;
}

/** Width of every chart in its own units; the page scales it. */
export const chartWidth = 600;

/** A straight scale from values to places, with about `count` round ticks between its ends. */
export function scale(
  values: readonly [number, number],
  places: readonly [number, number],
  count = 6,
): Scale {
  const [from, rawTo] = values;
  const to = rawTo > from ? rawTo : from + 1;
  const step = roundStep((to - from) / count);
  const ticks: number[] = [];
  const first = Math.ceil(from / step - 1e-9);
  for (let tick = first; tick * step <= to + step * 1e-9; tick += 1) ticks.push(tick * step);
  return {
    at: (value) => places[0] + ((value - from) / (to - from)) * (places[1] - places[0]),
    from,
    to,
    ticks,
    decimals: Math.min(10, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))),
  };
}

/** The next of 1, 2, 5 times a power of ten. */
function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10) * power;
}

/** A chart that says in words what it shows. `id` is unique on the page. */
export function chart(options: {
  id: string;
  title: string;
  says: string;
  height: number;
  body: Markup[];
}): Markup {
  const { id, title, says, height, body } = options;
  return markup`<svg viewBox="0 0 ${chartWidth} ${height}" role="img" aria-labelledby="${id}-title ${id}-says">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-says">${says}</desc>
    ${body}
  </svg>`;
}

type Anchor = 'start' | 'middle' | 'end';

export function label(x: number, y: number, text: string, anchor: Anchor = 'middle', kind = 'label'): Markup {
  return markup`<text x="${x}" y="${y}" text-anchor="${anchor}" class="${kind}">${text}</text> `;
}

export function line(from: readonly [number, number], to: readonly [number, number], kind: string): Markup {
  return markup`<line x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" class="${kind}" /> `;
}

export function box(x: number, y: number, width: number, height: number, kind: string): Markup {
  return markup`<rect
    x="${x}"
    y="${y}"
    width="${Math.max(0, width)}"
    height="${Math.max(0, height)}"
    class="${kind}"
  /> `;
}

export function dot(x: number, y: number, kind: string): Markup {
  return markup`<circle cx="${x}" cy="${y}" r="3.2" class="${kind}" /> `;
}

export function path(points: readonly (readonly [number, number])[], kind: string): Markup {
  const places = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  return markup`<polyline points="${places}" class="${kind}" /> `;
}

/** About the width of a letter. */
const letterWidth = 7;

/** A name that fits into this width: what is too long loses its middle, since both its ends tell it from others. */
export function fitted(name: string, width: number): string {
  const letters = [...name];
  const most = Math.floor(width / letterWidth);
  if (letters.length <= most) return name;
  const end = Math.floor((most - 1) / 2);
  return `${letters.slice(0, most - 1 - end).join('')}…${letters.slice(-end).join('')}`;
}

/** Room for the longest of these names, within bounds. */
export function roomFor(names: readonly string[], least: number, most: number): number {
  const widest = Math.max(0, ...names.map((name) => [...name].length * letterWidth));
  return Math.min(most, Math.max(least, widest));
}
