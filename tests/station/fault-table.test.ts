import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { AttemptRecord } from '../../core/record.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { latestResults, recordsBySlot, runStation } from './run.js';

/** Faults in other shapes than faults.test.ts has them, and the code and step they must end in. All of them are the board's. */
const expected = [
  ['panic@300', 'BOOT_PANIC', 'wifi'],
  ['hang@100', 'FLASH_STALLED', 'flash'],
  ['wrong-chip@esp32c3', 'WRONG_CHIP', 'detect'],
  ['bad-cell@0x8000', 'FLASH_VERIFY_MISMATCH', 'flash'],
] as const;

/** Where bytes are lost it is chance which command notices first; each of these says that the wire or the loader is bad. */
const lossy =
  /^(FLASH_PROTOCOL|FLASH_STALLED|FLASH_VERIFY_MISMATCH|FLASH_WRITE_FAILED|DUT_SILENT|FLASH_READ_FAILED)$/;
const clone = '24:6f:28:00:00:77';

describe('a station where nearly every board has another fault', () => {
  const faults = [
    ...expected.map(([fault]) => fault),
    'dropped-bytes@0.02',
    'dropped-bytes@0.3',
    `duplicate-mac@${clone}`,
    `duplicate-mac@${clone}`,
  ];
  let rig: RigFolder;
  let records: Map<string, AttemptRecord>;
  let output: string;

  before(async () => {
    rig = await makeRigFolder({ slots: faults.length + 1 });
    const text = faults.map((fault, index) => `slot${index + 1}:${fault}`).join(',');
    ({ output } = await runStation(rig, [], { RIG_FAULTS: text }));
    records = await recordsBySlot(await latestResults(rig));
  });
  after(() => rig.remove());

  const ended = (slot: number) => {
    const { outcome, failure } = records.get(`slot${slot}`) ?? {};
    return { outcome, code: failure?.code, blame: failure?.blame, step: failure?.step };
  };

  for (const [index, [fault, code, step]] of expected.entries()) {
    test(`${fault} ends as ${code} in ${step}`, () => {
      assert.deepEqual(ended(index + 1), { outcome: 'fail', code, blame: 'dut', step });
    });
  }

  for (const index of [expected.length, expected.length + 1]) {
    test(`${faults[index]} is told by the step that noticed`, () => {
      const { outcome, code, step } = ended(index + 1);
      assert.equal(outcome, 'fail');
      assert.match(code ?? '', lossy);
      assert.match(step ?? '', /^(detect|flash)$/);
    });
  }

  test('neither of two boards with one address passes unnoticed', () => {
    const codes = [faults.length - 1, faults.length].map((slot) => ended(slot).code);
    assert.ok(codes.includes('DUPLICATE_MAC'), output);
    // On a slow machine one may have ended before the other one began.
    if (codes.includes(undefined)) assert.match(output, /had passed by then: take that board out too/);
    else assert.deepEqual(codes, ['DUPLICATE_MAC', 'DUPLICATE_MAC']);
  });

  test('the good board passes', () => {
    assert.equal(ended(faults.length + 1).outcome, 'pass', output);
    assert.match(output, /\b1 passed/);
  });
});
