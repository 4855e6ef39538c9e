import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { exitCodeOfBatch } from '../../cli/batch/status-report.js';
import { exitCodeFor, exitCodeMeanings, exitCodes } from '../../cli/exit-codes.js';
import { plainExitCode } from '../../cli/run/run-end.js';
import { catalogue, type CatalogueEntry } from '../../core/error-catalogue.js';
import { RigError } from '../../core/errors.js';
import { tableRows } from '../docs/page.js';
import { rig } from './rig.js';

const page = readFileSync('docs/rig-command.md', 'utf8');

test('the page, the help and the code say the same of each exit code', () => {
  const rows = tableRows(page, 'exit code').map(([code, means]) => [Number(code), means]);
  assert.deepEqual(
    rows,
    exitCodeMeanings.map((row) => [...row]),
  );
  assert.deepEqual(
    exitCodeMeanings.map(([code]) => code),
    Object.values(exitCodes),
  );
  const { stdout } = rig(['help', 'exit-codes']);
  for (const [code, means] of exitCodeMeanings)
    assert.ok(stdout.includes(`  ${String(code).padEnd(5)}${means}\n`));
  const { stdout: json } = rig(['help', 'exit-codes', '--json']);
  assert.deepEqual(
    JSON.parse(json),
    exitCodeMeanings.map(([code, means]) => ({ code, means })),
  );
});

test('what a command ends with that threw follows from who has to act', () => {
  const code = (error: RigError) => exitCodeFor(error);
  assert.equal(code(new RigError('CHECK_LIMIT', 'x')), 1);
  assert.equal(code(new RigError('CONFIG_INVALID', 'x')), 2);
  assert.equal(code(new RigError('COMMAND_INVALID', 'x')), 2);
  assert.equal(code(new RigError('ABORTED', 'x')), 3);
  assert.equal(code(new RigError('PORT_LOST', 'x')), 4);
  assert.equal(code(new RigError('PORT_LOST', 'x', { blame: 'dut' })), 1);
});

test('orders that cannot be carried out are wrong usage, and never the rig', () => {
  const entries = Object.entries(catalogue) as [string, CatalogueEntry][];
  const ofBatches = entries.filter(([code]) =>
    /^(BATCH_(EXISTS|UNKNOWN|CHANGED|NOT_RUNNING)|COMMAND_)/.test(code),
  );
  assert.equal(ofBatches.length, 5);
  for (const [code, entry] of ofBatches) assert.equal(exitCodeFor(entry), 2, code);
});

describe('a plain run ends with', () => {
  const ended = (code: number | undefined, signal?: NodeJS.Signals) => ({ code, signal });
  test('0 when every unit passed', () => assert.equal(plainExitCode(ended(0), { pass: 8 }), 0));
  test('1 when a unit failed, also beside errors of the rig', () =>
    assert.equal(plainExitCode(ended(1), { pass: 5, fail: 1, error: 2 }), 1));
  test('4 when only the rig failed', () => assert.equal(plainExitCode(ended(1), { pass: 5, error: 3 }), 4));
  test('4 when it never began', () => assert.equal(plainExitCode(ended(1), undefined), 4));
  test('3 when units were aborted', () => assert.equal(plainExitCode(ended(1), { aborted: 2 }), 3));
  test('130 when it was interrupted', () => {
    assert.equal(plainExitCode(ended(130), { aborted: 2 }), 130);
    assert.equal(plainExitCode(ended(undefined, 'SIGTERM'), undefined), 130);
  });
});

describe('a batch that is followed ends with', () => {
  const status = {
    id: 'b',
    folder: '/b',
    units: 1,
    passed: 1,
    failed: 0,
    errors: 0,
    rolledBack: 0,
    refused: 0,
    pending: 0,
  };
  const lists = { inHand: [], waves: [], gates: [], notices: [], createdAt: '2026-11-20T10:00:00.000Z' };
  const verdict = (isGood: boolean) => ({
    isGood,
    isComplete: true,
    why: isGood ? [] : ['1 units did not pass'],
  });
  const code = (state: Parameters<typeof exitCodeOfBatch>[0]['state'], isGood = true) =>
    exitCodeOfBatch({ ...status, ...lists, state, verdict: verdict(isGood) });
  test('0 within its gates, 1 outside of them', () => {
    assert.equal(code('complete'), 0);
    assert.equal(code('complete', false), 1);
  });
  test('3 when it was stopped or cancelled, 4 when its run died', () => {
    assert.deepEqual([code('stopped'), code('cancelled'), code('died')], [3, 3, 4]);
  });
});
