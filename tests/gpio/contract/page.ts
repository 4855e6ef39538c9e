import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { columns, rows, type LineRow, type SeenRow } from './rows.js';

export const gpioPage = fileURLToPath(new URL('../../../docs/gpio.md', import.meta.url));

/** What writes the table. */
export const makeTable = 'node --import tsx tests/kernel/table.ts';

/** Cells by column and row. */
export type LineTable = Map<string, Map<LineRow, string>>;

const rowNames = Object.keys(rows) as LineRow[];
const heading = `| behaviour | ${columns.join(' | ')} |`;
const rule = `|${' --- |'.repeat(columns.length + 1)}`;

/** How the cell of a row begins that cannot be. */
export const notApplicable = 'n/a: ';

/** What a cell says: what happened, the code, how long. */
export function cellText({ what, codes, seconds }: SeenRow): string {
  const code = codes.map((each) => `\`${each}\``).join(' or ');
  const time = seconds === undefined ? '' : `${Math.round(seconds * 1000)} ms`;
  return [what, code, time].filter((part) => part !== '').join(' · ');
}

export function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, code]) => String(code)).sort();
}

/** The table of docs/gpio.md; empty when the page has none. */
export function readLineTable(text = readFileSync(gpioPage, 'utf8')): LineTable {
  const table: LineTable = new Map(columns.map((column) => [column, new Map()]));
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) return table;
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    const [title, ...cells] = line.slice(2, -2).split(' | ');
    const row = rowNames.find((name) => rows[name] === title);
    if (row === undefined)
      throw new Error(`docs/gpio.md has a row '${title}' that the contract does not know`);
    for (const [index, column] of columns.entries()) table.get(column)?.set(row, cells[index] ?? '');
  }
  return table;
}

export function tableText(table: LineTable): string {
  const lines = rowNames.map((row) => {
    const cells = columns.map((column) => table.get(column)?.get(row) ?? '');
    return `| ${rows[row]} | ${cells.join(' | ')} |`;
  });
  return [heading, rule, ...lines].join('\n');
}

/** The page with another table, which has to be there. */
export function withTable(text: string, table: LineTable): string {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`docs/gpio.md has lost the heading of its table: ${heading}`);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  lines.splice(start, length === -1 ? lines.length : length, tableText(table));
  return lines.join('\n');
}
