import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { cellText, codesIn, makeTable, notApplicable, readLineTable } from './page.js';
import { rows, type Column, type LineRow, type SeenRow } from './rows.js';

/** What one test saw; of several tests of a row the last that says something counts. */
export type Seen = Omit<SeenRow, 'column' | 'row'>;

/** What the suite saw of one column of the table. */
export interface SeenRows {
  add(row: LineRow, seen: Seen): void;
  /** Ends the column: writes its rows for the table when `RIG_LINES_TABLE` names a file, else holds the page against them. */
  settle(): void;
}

export function openSeen(column: Column): SeenRows {
  const seen = new Map<LineRow, SeenRow>();
  return {
    add(row, what) {
      seen.set(row, { column, row, ...what });
    },
    settle() {
      const missing = Object.keys(rows).filter((row) => !seen.has(row as LineRow));
      assert.deepEqual(
        missing,
        [],
        'rows in which nothing was seen: the tests above failed, or there are none',
      );
      const file = process.env['RIG_LINES_TABLE'];
      if (file) {
        appendFileSync(file, [...seen.values()].map((each) => `${JSON.stringify(each)}\n`).join(''));
        return;
      }
      const cells = readLineTable().get(column);
      for (const each of seen.values()) {
        const cell = cells?.get(each.row) ?? '';
        const hint = `${rows[each.row]} of ${column}: seen '${cellText(each)}', docs/gpio.md says '${cell}'; write it with: ${makeTable}`;
        assert.ok(isSaid(each, cell), hint);
      }
    },
  };
}

/** Times are left out. */
function isSaid(seen: SeenRow, cell: string): boolean {
  if (seen.what.startsWith(notApplicable)) return cell === cellText(seen);
  return cell.startsWith(seen.what) && codesIn(cell).join() === [...seen.codes].sort().join();
}
