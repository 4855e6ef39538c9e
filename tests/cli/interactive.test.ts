import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { batchFileText } from '../../cli/batch/write-batch-file.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { rig as runRig } from './rig.js';
import { keys, rigInTerminal } from './terminal.js';

let rig: RigFolder;
before(async () => {
  rig = await makeRigFolder({ slots: 2 });
});
after(() => rig.remove());

const { enter, down, space, ctrlC } = keys;

describe('rig batch create --interactive', () => {
  test('asks, writes a batch file that loads, shows the plan and makes the batch', async () => {
    const { type, shows, ended, raw } = rigInTerminal(['batch', 'create', '--interactive'], rig.env);
    await shows(/Id of the batch/);
    type(`week 24${enter}`);
    await shows(/letters, digits/);
    type(`${'\x7f'.repeat(7)}week-24${enter}`);
    await shows(/What it is for/);
    type(`Pilot run${enter}`);
    await shows(/Stations/);
    type(enter);
    await shows(/Units/);
    type(`${down}${enter}`);
    await shows(/How many/);
    type(`7${enter}`);
    await shows(/Release/);
    type(`${down}${enter}`);
    await shows(/Strategy/);
    type(`${down}${down}${enter}`);
    await shows(/Units of a wave/);
    type(`3${enter}`);
    await shows(/Share of a wave that must pass/);
    type(enter);
    await shows(/back what they held/);
    type(`y${enter}`);
    await shows(/Gates/);
    type(`${down}${down}${space}${enter}`);
    await shows(/Failures in a row/);
    type(`2${enter}`);
    await shows(/When it is missed/);
    type(`${down}${enter}`);
    await shows(/wrote .*week-24\.yaml[^]*Make this batch now\?/);
    type(enter);
    assert.equal(await ended, 0, raw());
    const file = join(rig.rigs, 'batches/week-24.yaml');
    const text = await readFile(file, 'utf8');
    assert.match(text, /^# yaml-language-server: \$schema=.*rigs\/schema\/batch\.schema\.json\n/);
    assert.deepEqual(parse(text), {
      batch: 'week-24',
      description: 'Pilot run',
      stations: ['bench1'],
      release: 'small-1.2.0',
      units: { count: 7 },
      strategy: 'gradual',
      waves: { kind: 'fixed', size: 3 },
      successThreshold: 90,
      rollbackWave: true,
      gates: [{ kind: 'consecutiveFailures', count: 2, then: 'pause' }],
    });
    const [made] = JSON.parse(runRig(['batch', 'list', '--json'], rig.env).stdout) as {
      id: string;
      state: string;
    }[];
    assert.deepEqual([made?.id, made?.state], ['week-24', 'created']);
  });

  test('writes nothing when Ctrl-C is pressed', async () => {
    const { type, shows, ended } = rigInTerminal(['batch', 'create', '--interactive'], rig.env);
    await shows(/Id of the batch/);
    type(`week-25${enter}`);
    await shows(/What it is for/);
    type(ctrlC);
    assert.equal(await ended, 130);
    await assert.rejects(access(join(rig.rigs, 'batches/week-25.yaml')));
  });

  test('needs a terminal', () => {
    const { code, stderr } = runRig(['batch', 'create', '--interactive'], rig.env);
    assert.equal(code, 2);
    assert.match(stderr, /^COMMAND_INVALID: --interactive asks in a terminal/);
  });
});

test('a batch file says nothing that was not asked for, and names a list beside itself', () => {
  const answers = { id: 'a', description: '', stations: ['s1'], strategy: 'parallel' as const, gates: [] };
  const text = batchFileText({ ...answers, units: { list: '/rig/lists/a.csv' } }, '/rig/rigs/batches/a.yaml');
  assert.deepEqual(parse(text), {
    batch: 'a',
    stations: ['s1'],
    units: { list: '../../lists/a.csv' },
    strategy: 'parallel',
  });
});
