import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import { backupIndex, takeBackup } from '../../drivers/flash/backup/backup.js';
import { cleanEnvironment } from '../clean-environment.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';

const unit = '24:6f:28:00:00:01';

describe('rig rollback', () => {
  let rig: RigFolder;

  const rollback = async (...args: string[]) => {
    const env = { ...cleanEnvironment(), ...rig.env };
    const ran = promisify(execFile)(process.execPath, ['cli/rig.js', 'rollback', ...args], { env });
    return ran.then(
      ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
      (failed: { code: number; stdout: string; stderr: string }) => ({
        code: failed.code,
        text: failed.stdout + failed.stderr,
      }),
    );
  };
  const put = async (run: string, isUnproved: boolean) => {
    const origin = { unit, attemptId: `${run}/bench1/slot1/1`, station: 'bench1', slot: 'slot1' };
    const place = join(rig.results, run, 'backups/bench1-slot1-1');
    const driver = { read: (_: number, sizeBytes: number) => Promise.resolve(Buffer.alloc(sizeBytes)) };
    const board = { board: 'esp32-devkit', chip: 'esp32' };
    const how = isUnproved ? { unproved: {} } : {};
    await takeBackup(driver, [{ offset: 0, sizeBytes: 4096 }], place, { ...origin, ...board }, how);
    return place;
  };
  before(async () => {
    rig = await makeRigFolder({ slots: 2 });
    await put('run1', true);
  });
  after(() => rig.remove());

  test('lists the backups, and says which was taken of a board that was half written', async () => {
    const { code, text } = await rollback('--list');
    assert.equal(code, 0);
    assert.match(text, /^24:6f:28:00:00:01 .* 4096 bytes, of a board that was half written {2}/m);
  });

  test('names slots and stations that there are not before anything is started', async () => {
    const slot = await rollback(unit, '--slot', 'slot9');
    assert.equal(slot.code, 2);
    assert.match(slot.text, /^CONFIG_INVALID: bench1 has no slot9; it has slot1, slot2$/m);
    const station = await rollback(unit, '--station', 'nowhere');
    assert.match(station.text, /^CONFIG_INVALID: no station "nowhere" in /m);
    const missing = await rollback('24:6f:28:00:00:02');
    assert.match(missing.text, /^BACKUP_MISSING: /m);
  });

  test('says that a backup is damaged which may be the newest of the unit', async () => {
    const place = await put('run2', false);
    await writeFile(join(place, backupIndex), '{');
    assert.match(
      (await rollback('--list')).text,
      /^warning: \S+run2\S+ is damaged; it may be a newer backup/m,
    );
  });
});
