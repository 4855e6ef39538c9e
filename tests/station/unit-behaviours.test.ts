import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse, stringify } from 'yaml';
import type { AttemptRecord } from '../../core/record.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { latestResults, recordsBySlot, runStation } from './run.js';

const shipped = parse(await readFile('rigs/boards/esp32-devkit.yaml', 'utf8')) as { checks: object[] };

/** Opens the port as somebody would who talks to the board, and says what it was told of the unit. */
const program = `#!/bin/sh
exec 3<>"$RIG_PORT" || exit 3
echo "$RIG_STATION $RIG_SLOT $RIG_MAC $RIG_VERSION $1"
`;

interface StationYaml {
  slots: { id: string; board?: string; connectTimeoutMs?: number }[];
}

// One run for all of it: each slot has a behaviour of its own.
describe('what board and station files ask of a unit', () => {
  let rig: RigFolder;
  let results: string;
  let records: Map<string, AttemptRecord>;
  let output: string;
  const recordOf = (slot: string): AttemptRecord => records.get(slot) ?? assert.fail(output);

  before(async () => {
    rig = await makeRigFolder({
      slots: 4,
      release: 'small',
      board: {
        readBack: { algorithm: 'crc32', blockBytes: 1024 },
        recovery: { attempts: 3, firstDelayMs: 60_000, maxDelayMs: 60_000, jitter: 0 },
        deadlines: { flashSeconds: 10 },
        checks: [
          ...shipped.checks,
          { name: 'post-flash', script: { path: '../programs/look.sh', args: ['--quick'], takesPort: true } },
        ],
      },
      keys: { powerOn: { staggerMs: 10, settleMs: 20, offMs: 300 } },
      faults: [
        { kind: 'dead', slots: ['slot2'] },
        { kind: 'hang', percent: 50, slots: ['slot3'] },
        { kind: 'silent-console', slots: ['slot4'] },
      ],
    });
    await mkdir(join(rig.rigs, 'programs'));
    await writeFile(join(rig.rigs, 'programs/look.sh'), program);
    await chmod(join(rig.rigs, 'programs/look.sh'), 0o755);
    const board = parse(await readFile(join(rig.rigs, 'boards/esp32-devkit.yaml'), 'utf8')) as {
      boot: object;
    };
    const patient = {
      ...board,
      board: 'patient',
      boot: { ...board.boot, timeoutMs: 600_000 },
      deadlines: { unitSeconds: 6 },
    };
    await writeFile(join(rig.rigs, 'boards/patient.yaml'), stringify(patient));
    const file = join(rig.rigs, `${rig.station}.yaml`);
    const station = parse(await readFile(file, 'utf8')) as StationYaml;
    for (const slot of station.slots) {
      if (slot.id === 'slot2') slot.connectTimeoutMs = 4000;
      if (slot.id === 'slot4') slot.board = 'patient';
    }
    await writeFile(file, stringify(station));
    ({ output } = await runStation(rig));
    results = await latestResults(rig);
    records = await recordsBySlot(results);
  });
  after(() => rig.remove());

  test('what was written is read back, and a program of the host judges the unit', async () => {
    const record = recordOf('slot1');
    assert.equal(record.outcome, 'pass', record.failure?.message);
    assert.deepEqual([record.flash?.verified, record.flash?.verifiedBy], [true, 'read-back']);
    const log = await readFile(join(results, record.consoleLog ?? ''), 'utf8');
    assert.match(log, /--- read back: \d+ bytes, \d+ blocks, each with the crc32 of the release/);
    const exitCode = record.measurements.find(({ name }) => name === 'post_flash_exit_code');
    assert.deepEqual([exitCode?.value, exitCode?.result], [0, 'pass']);
    assert.equal(record.steps.at(-1)?.name, 'post-flash');
    const told = await readFile(join(results, 'console/slot1-1-post-flash.txt'), 'utf8');
    const expected = [rig.station, 'slot1', record.device?.mac, record.release.version, '--quick'];
    assert.equal(told, `${expected.join(' ')}\n`);
  });

  test('a board that does not say who it is in time is silent, whatever is left to try', () => {
    const { outcome, failure } = recordOf('slot2');
    assert.deepEqual([outcome, failure?.code, failure?.step], ['fail', 'DUT_SILENT', 'detect']);
    assert.match(failure?.message ?? '', /within 4 s \(connectTimeoutMs of slot2\)/);
  });

  test('a flash step that is not over in time is ended, and says what it was doing', () => {
    const { outcome, failure, flashTries } = recordOf('slot3');
    assert.deepEqual([outcome, failure?.code, failure?.step], ['fail', 'FLASH_TIME_LIMIT', 'flash']);
    assert.match(
      failure?.message ?? '',
      /not over within 10 s \(deadlines\.flashSeconds\); it was between two tries; .*FLASH_STALLED$/,
    );
    assert.equal(flashTries?.filter(({ doing }) => doing === 'write').length, 1);
  });

  test('a unit that is not finished in time is ended in the step that it is in', () => {
    const { outcome, failure } = recordOf('slot4');
    assert.deepEqual([outcome, failure?.code, failure?.blame], ['fail', 'UNIT_TIMEOUT', 'dut']);
    assert.match(
      failure?.message ?? '',
      /not finished within 6 s \(deadlines\.unitSeconds\); it was in the step/,
    );
  });
});
