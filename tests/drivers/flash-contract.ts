import { describe, test } from 'node:test';
import type { ContractRun } from './contract/contract-run.js';
import { goodCodes } from './contract/contract-run.js';
import { failingCases, interruptedCases } from './contract/failing-cases.js';
import { notApplicable } from './contract/page.js';
import { refusedCases } from './contract/refused-cases.js';
import type { Row } from './contract/rows.js';
import { openSeen } from './contract/seen.js';
import { usualCodes, type ContractSubject, type FailingRow } from './contract/subject.js';
import { subjectBench } from './contract/subject-bench.js';
import { workCases } from './contract/work-cases.js';

/** What every flash driver promises, shown on virtual boards. The table of docs/drivers.md is made of what is seen here. */
export function flashContract(subject: ContractSubject): void {
  const { kind, chip, skip = false, notApplicable: reasons = {} } = subject;
  // One after the other, also where several subjects run at once: the page comes last.
  describe(`the flash driver ${kind} on ${chip}`, { skip, concurrency: 1 }, () => {
    const seen = openSeen(`${kind}-${chip}`);
    const run: ContractRun = { subject, bench: subjectBench(subject), seen };
    for (const [row, reason] of Object.entries(reasons))
      seen.add(row as Row, { what: `${notApplicable}${reason}` });

    describe('keeps its promises', { concurrency: 3 }, () => {
      // The slowest first.
      failingCases(run);
      workCases(run);
      interruptedCases(run);
      refusedCases(run);
    });

    test('docs/drivers.md says what was seen', () => {
      seen.settle((row) => (row in usualCodes ? goodCodes(run, row as FailingRow) : []));
    });
  });
}
