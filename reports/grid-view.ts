import type { Paint, Colour } from './colours.js';
import type { GridRow } from './grid-state.js';
import { durationText, oneLine } from './text.js';

export interface GridViewOptions {
  paint: Paint;
  /** Of the terminal, in characters. */
  columns: number;
  /** Lines that the grid may have, its last line included. */
  lines: number;
  elapsedSeconds: number;
  /** Of the batch that the run goes on with; then the counts are its own. */
  progress?: { units: number; passed: number; notPassed: number };
}

const barWidth = 20;
const stepWidth = 9;

const looks: Record<GridRow['state'], { symbol: string; colour: Colour }> = {
  waiting: { symbol: '·', colour: 'dim' },
  running: { symbol: '▸', colour: 'cyan' },
  pass: { symbol: '✓', colour: 'green' },
  fail: { symbol: '✗', colour: 'red' },
  error: { symbol: '!', colour: 'red' },
  aborted: { symbol: '■', colour: 'yellow' },
  skipped: { symbol: '-', colour: 'yellow' },
};

/** The grid as lines, none wider than the terminal: a line a slot, then the counts. */
export function gridLines(rows: readonly GridRow[], options: GridViewOptions): string[] {
  const placeWidth = Math.max(0, ...rows.map((row) => placeOf(row, rows).length));
  const shown = mostTelling(rows, options.lines - 1);
  const lines = shown.map((row) => rowLine(row, placeOf(row, rows).padEnd(placeWidth), options));
  if (shown.length < rows.length)
    lines.push(options.paint('dim', `  … ${rows.length - shown.length} more slots`));
  return [...lines, countsLine(rows, options)];
}

/** `slot3`, or `station2 slot3` when there are several stations. */
export function placeOf(row: Pick<GridRow, 'station' | 'slot'>, rows: readonly GridRow[]): string {
  const several = rows.some(({ station }) => station !== row.station);
  return several ? `${row.station} ${row.slot}` : row.slot;
}

/** All rows where there is room, in their order; else what runs, then what failed. One line is kept to say how many are missing. */
function mostTelling(rows: readonly GridRow[], room: number): readonly GridRow[] {
  if (rows.length <= room) return rows;
  const rank = ({ state }: GridRow) =>
    ['running', 'fail', 'error', 'aborted', 'waiting'].indexOf(state) + 1 || 9;
  const kept = new Set([...rows].sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(0, room - 1)));
  return rows.filter((row) => kept.has(row));
}

function rowLine(row: GridRow, place: string, { paint, columns }: GridViewOptions): string {
  const { symbol, colour } = looks[row.state];
  const head = `  ${symbol} ${place}  `;
  const text = cut(detail(row), columns - 1 - head.length);
  const dim = row.state === 'waiting';
  return `${paint(colour, head)}${dim ? paint('dim', text) : text}`;
}

function detail(row: GridRow): string {
  const number = row.unitNumber === undefined ? '' : `  unit ${row.unitNumber}`;
  const retest = `${number}${row.attempt > 1 ? `  attempt ${row.attempt}` : ''}`;
  // A retry waits too; its row still shows the attempt before.
  if (row.waitsFor !== undefined && row.state !== 'running') return `waits: ${row.waitsFor}`;
  if (row.state === 'waiting') return 'waiting';
  if (row.cutBy !== undefined) return `power cut: ${row.cutBy}`;
  if (row.state === 'running') return `${runningText(row)}${retest}`;
  const took = row.seconds === undefined ? '' : durationText(row.seconds).padStart(6);
  if (row.state === 'pass') return `${'passed'.padEnd(stepWidth)} ${took}  ${row.unit ?? ''}${retest}`;
  const why = row.code ? `${row.code}: ${oneLine(row.message ?? '')}` : row.state;
  return `${why}${retest}`;
}

function runningText({ steps, progress, lastMeasurement, unit }: GridRow): string {
  const step = (steps[0] ?? 'starting').padEnd(stepWidth);
  if (progress) {
    const share = progress.totalBytes > 0 ? progress.doneBytes / progress.totalBytes : 0;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    const rate = progress.rate === undefined ? '' : `${(progress.rate / 1000).toFixed(0)} KB/s`;
    return `${step} ${bar(share)} ${percent} ${rate.padStart(9)}`;
  }
  if (lastMeasurement && steps[0] === lastMeasurement.step) {
    const { name, value, unit } = lastMeasurement;
    return `${step} ${name} ${String(value)} ${unit}`.trimEnd();
  }
  return `${step} ${unit ?? ''}`.trimEnd();
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

function countsLine(rows: readonly GridRow[], options: GridViewOptions): string {
  const { paint, columns, elapsedSeconds, progress } = options;
  const count = (...states: GridRow['state'][]) => rows.filter(({ state }) => states.includes(state)).length;
  const done = rows.length - count('waiting', 'running');
  const parts: [number, string, Colour][] = progress
    ? [
        [progress.passed, 'passed', 'green'],
        [progress.notPassed, 'not passed', 'red'],
        [count('running'), 'running', 'cyan'],
      ]
    : [
        [count('pass'), 'passed', 'green'],
        [count('fail'), 'failed', 'red'],
        [count('error'), count('error') === 1 ? 'error' : 'errors', 'red'],
        [count('aborted', 'skipped'), 'aborted', 'yellow'],
        [count('running'), 'running', 'cyan'],
      ];
  const shown = parts.filter(([number]) => number > 0);
  const head = progress
    ? `  ${progress.passed + progress.notPassed}/${progress.units} units done`
    : `  ${done}/${rows.length} done`;
  const tail = durationText(elapsedSeconds);
  const plain = [head, ...shown.map(([number, word]) => `${number} ${word}`), tail].join('  ');
  if (plain.length >= columns) return cut(plain, columns - 1);
  const painted = shown.map(([number, word, colour]) => paint(colour, `${number} ${word}`));
  return [paint('bold', head), ...painted, paint('dim', tail)].join('  ');
}

function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 2 ? '' : `${text.slice(0, width - 1)}…`;
}
