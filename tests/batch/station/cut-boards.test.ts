import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { FailureRecord } from '../../../core/record.js';
import { runsUnderTest, type RunsUnderTest } from '../run-under-test.js';

let runs: RunsUnderTest;
beforeEach(async () => (runs = await runsUnderTest()));
afterEach(() => runs.close());

async function failIn(runId: string, slot: string, code: string): Promise<void> {
  const worker = await runs.worker(runId);
  const { header } = await worker.lease(slot);
  const failure: FailureRecord = {
    code,
    blame: 'dut',
    category: 'power',
    message: 'it drew 2.500 A',
    step: 'flash',
  };
  await worker.commit(header, { outcome: 'fail', failure });
  await worker.ask('endLease', { attemptId: header.attemptId });
  worker.close();
}

for (const code of ['OVER_CURRENT', 'RAIL_COLLAPSED']) {
  test(`a board that was cut off with ${code} gets no power in a retest, and fails by that again`, async () => {
    const coordinator = await runs.start('run1');
    await failIn('run1', 'slot1', code);
    const worker = await runs.worker('run1');
    await assert.rejects(worker.lease('slot1'), {
      code,
      message:
        /not powered again in this run, since it was cut off in run1\/station1\/slot1\/1: it drew 2\.500 A/,
    });
    await assert.rejects(worker.lease('slot1'), { message: /cut off in run1\/station1\/slot1\/1: it drew/ });
    worker.close();
    await coordinator.close();
    const records = (await runs.journal('run1')).flatMap((entry) =>
      entry.type === 'attempt' ? [entry.data] : [],
    );
    assert.deepEqual(
      records.map(({ attempt, outcome, failure }) => [attempt, outcome, failure?.code]),
      [1, 2, 3].map((attempt) => [attempt, 'fail', code]),
    );
    await runs.start('run2');
    const next = await runs.worker('run2');
    assert.equal((await next.lease('slot1')).header.attempt, 1);
  });
}

test('a board that failed otherwise may be tried again', async () => {
  await runs.start('run1');
  await failIn('run1', 'slot1', 'RAIL_NOT_RISEN');
  const worker = await runs.worker('run1');
  assert.equal((await worker.lease('slot1')).header.attempt, 2);
});
