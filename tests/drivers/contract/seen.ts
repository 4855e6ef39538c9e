import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { cellText, codesIn, notApplicable, readDriversTable } from './page.js';
import { rows, type Row, type SeenRow } from './rows.js';

/** What the suite saw of one subject. */
export interface SeenRows {
  /** `what`: a few words for the table. */
  add(row: Row, seen: { what: string; codes?: readonly string[]; seconds?: number }): void;
  /** Ends the subject: writes the rows for the table when `RIG_DRIVERS_TABLE` names a file, else holds the page against them. */
  settle(goodCodes: (row: Row) => readonly string[]): void;
}

export function openSeen(subject: string): SeenRows {
  const seen = new Map<Row, SeenRow>();
  return {
    add(row, { what, codes = [], seconds }) {
      seen.set(row, { subject, row, what, codes, ...(seconds !== undefined && { seconds }) });
    },
    settle(goodCodes) {
      const missing = Object.keys(rows).filter((row) => !seen.has(row as Row));
      assert.deepEqual(
        missing,
        [],
        'rows in which nothing was seen: the tests above failed, or there are none',
      );
      const file = process.env['RIG_DRIVERS_TABLE'];
      if (file) {
        appendFileSync(file, [...seen.values()].map((each) => `${JSON.stringify(each)}\n`).join(''));
        return;
      }
      const line = readDriversTable().get(subject);
      const make = `node --import tsx tests/drivers/contract/table.ts ${subject}`;
      assert.ok(line, `docs/drivers.md has no ${subject}; write it with: ${make}`);
      for (const each of seen.values()) {
        const cell: string = line.get(each.row) ?? '';
        const hint = `${each.row} of ${subject}: seen ${cellText(each)}, docs/drivers.md says ${cell}; write it with: ${make}`;
        assert.ok(isSaid(each, cell, goodCodes(each.row)), hint);
      }
    },
  };
}

/** Times and counts are left out; where several codes are good, chance decides between them. */
function isSaid(seen: SeenRow, cell: string, goodCodes: readonly string[]): boolean {
  if (seen.what.startsWith(notApplicable)) return cell === cellText(seen);
  const said = codesIn(cell);
  const codes = codesIn(cellText(seen));
  return (
    said.length === codes.length && said.every((code) => codes.includes(code) || goodCodes.includes(code))
  );
}
