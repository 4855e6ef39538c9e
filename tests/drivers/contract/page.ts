import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rows, type Row, type SeenRow } from './rows.js';

export const driversPage = fileURLToPath(new URL('../../../docs/drivers.md', import.meta.url));

/** The cells of one subject. */
export type TableLine = Map<Row, string>;

const rowNames = Object.keys(rows) as Row[];
const heading = `| driver, chip | ${Object.values(rows).join(' | ')} |`;
const rule = `|${' --- |'.repeat(rowNames.length + 1)}`;

/** How the cell of a row begins that cannot be. */
export const notApplicable = 'n/a: ';

/** What a cell says: what happened, the code, how long. */
export function cellText({ what, codes, seconds }: SeenRow): string {
  const code = codes.map((each) => `\`${each}\``).join(' or ');
  return [what, code, seconds === undefined ? '' : duration(seconds)]
    .filter((part) => part !== '')
    .join(' · ');
}

/** Rounded so that a table made on another day reads the same. */
function duration(seconds: number): string {
  if (seconds < 0.05) return 'at once';
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

export function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, code]) => String(code)).sort();
}

/** The table of docs/drivers.md by subject, `<driver>-<chip>`; empty when there is no page. */
export function readDriversTable(text = readPage()): Map<string, TableLine> {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  const table = new Map<string, TableLine>();
  if (start === -1) return table;
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    const [name = '', ...cells] = line.slice(2, -2).split(' | ');
    const named = name.replaceAll('`', '').replace(', ', '-');
    table.set(named, new Map(rowNames.map((row, index) => [row, cells[index] ?? ''])));
  }
  return table;
}

export function tableText(table: ReadonlyMap<string, TableLine>): string {
  const lines = [...table].map(([subject, cells]) => {
    const [, driver, chip] = /^(.+)-([^-]+)$/.exec(subject) ?? [];
    return `| \`${driver}\`, ${chip} | ${rowNames.map((row) => cells.get(row) ?? '').join(' | ')} |`;
  });
  return [heading, rule, ...lines].join('\n');
}

/** The page with another table, which has to be there. */
export function withTable(text: string, table: ReadonlyMap<string, TableLine>): string {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`docs/drivers.md has lost the heading of its table: ${heading}`);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  lines.splice(start, length === -1 ? lines.length : length, tableText(table));
  return lines.join('\n');
}

function readPage(): string {
  try {
    return readFileSync(driversPage, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
