import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { rig as runRig } from './rig.js';

interface Report {
  id: string;
  state: string;
  units: number;
  passed: number;
  failed: number;
  pending: number;
  verdict: { isGood: boolean; why: string[] };
  exitCode: number;
}

let rig: RigFolder;
before(async () => {
  rig = await makeRigFolder({ slots: 2, faults: [{ kind: 'dead', slots: ['slot1'] }] });
});
after(() => rig.remove());

const rigCommand = (...words: string[]) => runRig(words, rig.env);
const order = ['run', '--id', 'lot-1', '--station', 'bench1', '--devices', '2'];

describe('rig run', () => {
  test('of a station alone is a plain run, and its dry run says which', () => {
    const { code, stdout } = rigCommand('run', '--station', 'bench1', '--dry-run', '--json');
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), {
      command: ['npx', 'playwright', 'test', '--project=bench1'],
      stations: [{ station: 'bench1', slots: ['slot1', 'slot2'], programme: ['provision'] }],
    });
  });

  test('plans a batch and energises nothing', async () => {
    const { code, stdout, stderr } = rigCommand(...order, '--dry-run', '--json');
    assert.equal(code, 0, stderr);
    const batch = JSON.parse(stdout) as { id: string; units: unknown[]; atOnce: number };
    assert.deepEqual([batch.id, batch.units.length, batch.atOnce], ['lot-1', 2, 2]);
    for (const more of [[], ['--resume-auto']])
      assert.match(rigCommand(...order, '--dry-run', ...more).stdout, /^batch +lot-1\n/);
    await assert.rejects(access(rig.results));
  });

  test('makes a batch and ends with 1 when a board is bad, with one JSON value on standard output', () => {
    const { code, stdout, stderr } = rigCommand(...order, '--json');
    assert.equal(code, 1, stderr);
    const { id, state, units, passed, failed, pending, verdict, exitCode } = JSON.parse(stdout) as Report;
    assert.deepEqual([id, state, units, passed, failed, pending], ['lot-1', 'complete', 2, 1, 1, 0]);
    assert.equal(verdict.isGood, false);
    assert.equal(exitCode, 1);
    assert.match(stderr, /FAIL DUT_SILENT/);
  });

  test('refuses a batch that there is, and what would be ignored of one that is gone on with', () => {
    const again = rigCommand(...order);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /^BATCH_EXISTS: /);
    const other = rigCommand('run', '--id', 'lot-1', '--resume-auto', '--parallel-jobs', '1');
    assert.equal(other.code, 2);
    assert.match(other.stderr, /^COMMAND_INVALID: --parallel-jobs: .* was made otherwise/);
    const onlyNamed = rigCommand('run', '--id', 'lot-2');
    assert.equal(onlyNamed.code, 2);
    assert.match(onlyNamed.stderr, /^COMMAND_INVALID: rig run --id lot-2: say what it is about/);
  });

  test('refuses to go on from somewhere in a batch that is not there, and two looks at once', () => {
    const [, ...rest] = order;
    const named = rest.map((each) => (each === 'lot-1' ? 'lot-new' : each));
    const { code, stderr } = rigCommand('run', ...named, '--resume-from-unit', '2');
    assert.deepEqual([code, stderr.split(':').slice(0, 2)], [2, ['COMMAND_INVALID', ' --resume-from-unit']]);
    const looks = rigCommand('run', '--id', 'lot-1', '--list-checkpoints', '--validate-checkpoint', 'cp1');
    assert.equal(looks.code, 2);
    assert.match(looks.stderr, /'--list-checkpoints' cannot be used with option '--validate-checkpoint/);
  });

  test('goes on with a batch that has nothing left to do without starting anything', () => {
    const { code, stdout } = rigCommand('run', '--id', 'lot-1', '--resume-auto');
    assert.equal(code, 1);
    assert.equal(stdout, 'lot-1: complete, NOT GOOD\n');
    const planned = rigCommand('run', '--id', 'lot-1', '--resume-auto', '--dry-run');
    assert.match(planned.stdout, /^goes on with 0 of 2 units$/m);
  });

  test('names every problem of a file before anything is made', () => {
    const { code, stdout } = rigCommand('run', '--batch-config', 'tests/none.yaml', '--json');
    assert.equal(code, 2);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'CONFIG_INVALID');
    assert.match(error.message, /none\.yaml:1:1/);
  });
});
