import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { runStation } from './run.js';

describe('a run whose files are wrong', () => {
  let rig: RigFolder;
  let stationFile: string;
  let good: string;

  before(async () => {
    rig = await makeRigFolder({ slots: 2 });
    stationFile = join(rig.rigs, `${rig.station}.yaml`);
    good = await readFile(stationFile, 'utf8');
  });
  afterEach(() => writeFile(stationFile, good));
  after(() => rig.remove());

  test('is refused with every problem, its file, line and remedy, before anything starts', async () => {
    await writeFile(
      stationFile,
      good
        .replace('staggerMs: 60', 'staggerMs: sixty')
        .replace('release: small-1.2.0', 'release: small-1.3.0'),
    );
    const run = await runStation(rig);
    assert.equal(run.exitCode, 1);
    assert.match(run.output, /CONFIG_INVALID: nothing was energised/);
    assert.match(run.output, /bench1\.yaml:\d+:\d+ powerOn\.staggerMs: /);
    assert.match(run.output, /bench1\.yaml:\d+:\d+ release: .*small-1\.2\.0/);
    assert.doesNotMatch(run.output, /\n\s+at /, 'a stack says nothing to who has to correct a file');
    await assert.rejects(access(join(rig.results, 'latest')), 'a results folder was made');
  });

  test('and a run that cannot keep its records are refused before anything starts', async () => {
    const file = join(rig.folder, 'a-file');
    await writeFile(file, '');
    const run = await runStation(rig, [], { RIG_RESULTS: file });
    assert.equal(run.exitCode, 1);
    assert.match(run.output, /DISK_WRITE_FAILED: nothing was energised; the results folder .*a-file: /);
    assert.doesNotMatch(run.output, /\n\s+at /);
  });

  test('or that names no station is told which there are', async () => {
    const run = await runStation({ ...rig, station: 'bnech1' });
    assert.equal(run.exitCode, 1);
    assert.match(run.output, /CONFIG_INVALID: --project: no station is called bnech1; did you mean `bench1`/);
  });

  test('of another station does not stop this one', async () => {
    await writeFile(join(rig.rigs, 'other.yaml'), 'station: other\nslots: many\n');
    const run = await runStation(rig, ['-g', '@slot1']);
    assert.equal(run.exitCode, 0, run.output);
    assert.match(run.output, /not part of this run/);
  });
});
