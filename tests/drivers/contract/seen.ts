import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { cellText, codesIn, readDriversTable } from './page.js';
import type { Row, SeenRow } from './rows.js';

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
        const good = goodCodes(each.row);
        // Where several codes are good, chance decides between them.
        if (good.length > 1)
          assert.ok(
            codesIn(cell).every((code) => good.includes(code)),
            hint,
          );
        else assert.deepEqual(codesIn(cell), codesIn(cellText(each)), hint);
      }
    },
  };
}
