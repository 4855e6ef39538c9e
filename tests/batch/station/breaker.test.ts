import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createBreaker, type BreakerRecord } from '../../../batch/station/breaker.js';
import type { ErrorCode } from '../../../core/error-catalogue.js';
import { RigError } from '../../../core/errors.js';
import { outcomeFor } from '../../../core/outcome.js';
import type { AttemptRecord } from '../../../core/record.js';
import { currentRunFeed } from '../../../reports/run-feed.js';
import { runsUnderTest, type RunsUnderTest } from '../run-under-test.js';

const passed: Pick<AttemptRecord, 'outcome'> = { outcome: 'pass' };

/** How an attempt ends that failed with this code. */
function failed(code: ErrorCode): Pick<AttemptRecord, 'outcome' | 'failure'> {
  const { blame, category } = new RigError(code, 'no');
  return { outcome: outcomeFor(blame), failure: { code, blame, category, message: 'no', step: 'flash' } };
}

function at(slot: string, ends: readonly Pick<AttemptRecord, 'outcome' | 'failure'>[]): BreakerRecord[] {
  return ends.map((end) => ({ station: 'station1', slot, ...end }));
}

/** The code with which slot1 is refused after these ends, or undefined. */
function after(failures: number, ends: Parameters<typeof at>[1]): string | undefined {
  const breaker = createBreaker({ failures: () => failures, records: at('slot1', ends) });
  try {
    breaker.check('station1', 'slot1');
    return undefined;
  } catch (thrown) {
    assert.ok(thrown instanceof RigError);
    return thrown.message;
  }
}

describe('the breaker', () => {
  test('takes a slot out of use after so many errors of the rig in a row, and names them', () => {
    const ends = [failed('PORT_LOST'), failed('LINE_LOST'), failed('PORT_LOST')];
    assert.equal(after(3, ends.slice(1)), undefined);
    assert.equal(
      after(3, ends),
      'SLOT_OUT_OF_USE: the last 3 attempts at station1 slot1 ended with errors of the rig: PORT_LOST, LINE_LOST, PORT_LOST',
    );
  });

  test('begins to count anew when a board passed, and when a board was found bad', () => {
    for (const verdict of [passed, failed('DUT_SILENT')]) {
      const ends = [failed('PORT_LOST'), failed('PORT_LOST'), verdict, failed('PORT_LOST')];
      assert.equal(after(3, ends), undefined);
      assert.match(after(2, ends.slice(0, 2)) ?? '', /^SLOT_OUT_OF_USE/);
    }
  });

  test('counts what stands behind a board that could not be rolled back', () => {
    const ruined = (code: ErrorCode) => {
      const { outcome, failure } = failed('ROLLBACK_FAILED');
      const { blame } = new RigError(code, 'no');
      return { outcome, ...(failure && { failure: { ...failure, behind: { code, blame } } }) };
    };
    const ends = [ruined('PORT_LOST'), failed('LINE_LOST'), ruined('PORT_LOST')];
    assert.match(after(3, ends) ?? '', /: PORT_LOST, LINE_LOST, PORT_LOST$/);
    assert.equal(after(3, [...ends.slice(0, 2), failed('ROLLBACK_FAILED'), ruined('PORT_LOST')]), undefined);
  });

  test('learns nothing from a stop, a wrong file, or a slot that another run held', () => {
    const nothing = [failed('ABORTED'), failed('CONFIG_INVALID'), failed('SLOT_BUSY')];
    assert.equal(after(1, nothing), undefined);
    assert.match(
      after(2, [failed('PORT_LOST'), ...nothing, failed('LINE_LOST')]) ?? '',
      /: PORT_LOST, LINE_LOST$/,
    );
  });

  test('keeps a slot out of use whatever is recorded of it afterwards', () => {
    assert.match(after(1, [failed('PORT_LOST'), failed('SLOT_OUT_OF_USE'), passed]) ?? '', /: PORT_LOST$/);
  });

  test('counts each slot for itself, and never stops with 0', () => {
    const breaker = createBreaker({
      failures: () => 2,
      records: [...at('slot1', [failed('PORT_LOST')]), ...at('slot2', [failed('PORT_LOST')])],
    });
    breaker.check('station1', 'slot1');
    for (const record of at('slot2', [failed('PORT_LOST')])) breaker.note(record);
    breaker.check('station1', 'slot1');
    assert.throws(() => breaker.check('station1', 'slot2'), /SLOT_OUT_OF_USE/);
    assert.equal(
      after(
        0,
        Array.from({ length: 50 }, () => failed('PORT_LOST')),
      ),
      undefined,
    );
  });
});

describe('a run', () => {
  let runs: RunsUnderTest;
  beforeEach(async () => (runs = await runsUnderTest()));
  afterEach(() => runs.close());

  test('refuses a slot that is out of use, records the refusal and goes on with the others', async () => {
    runs.station.limits.rigErrorsInARow = 2;
    await runs.start('run1');
    const worker = await runs.worker('run1');
    for (const end of [passed, failed('PORT_LOST'), failed('METER_FAILED')]) {
      const { header } = await worker.lease('slot1');
      await worker.commit(header, end);
      await worker.ask('endLease', { attemptId: header.attemptId });
    }
    await assert.rejects(worker.lease('slot1'), /SLOT_OUT_OF_USE: the last 2 attempts at station1 slot1/);
    await assert.rejects(worker.lease('slot1'), /SLOT_OUT_OF_USE: the last 2 attempts/);
    assert.equal((await worker.lease('slot2')).header.attempt, 1);
    const records = currentRunFeed()?.records() ?? [];
    assert.deepEqual(
      records.map(({ slot, attempt, outcome, failure }) => [slot, attempt, outcome, failure?.code]),
      [
        ['slot1', 1, 'pass', undefined],
        ['slot1', 2, 'error', 'PORT_LOST'],
        ['slot1', 3, 'error', 'METER_FAILED'],
        ['slot1', 4, 'error', 'SLOT_OUT_OF_USE'],
        ['slot1', 5, 'error', 'SLOT_OUT_OF_USE'],
      ],
    );
  });
});
