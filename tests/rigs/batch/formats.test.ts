import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblems } from '../../../rigs/problem.js';
import type { Slot } from '../../../rigs/types.js';
import type { Batch } from '../../../rigs/batch/types.js';
import { batchIn, makeBatchFolder, type FormatName } from './batch-folder.js';

const { write, load, format, rig, image } = await makeBatchFolder();

async function loaded(...names: FormatName[]): Promise<Batch> {
  const files = await Promise.all(names.map(async (name) => write(name, await format(name))));
  return batchIn(await load(files));
}

/** The batch of one format with edits in its text. */
async function edited(name: FormatName, edits: [string, string][], ...others: FormatName[]) {
  const text = edits.reduce(
    (before, [from, to]) => {
      assert.ok(before.includes(from), from);
      return before.replace(from, () => to);
    },
    await format(name),
  );
  const beside = await Promise.all(others.map(async (other) => write(other, await format(other))));
  return load([await write(name, text), ...beside]);
}

async function refusal(
  name: FormatName,
  edits: [string, string][],
  ...others: FormatName[]
): Promise<string> {
  const { batch, problems } = await edited(name, edits, ...others);
  assert.equal(batch, undefined);
  return formatProblems(problems).replaceAll(`${rig.folder}/`, '');
}

function slotsOf(batch: Batch): Slot[] {
  return batch.stations.flatMap((station) => station.slots);
}

test('a batch configuration is read as it stands, its ports being slots of the rig', async () => {
  const batch = await loaded('batch-config.json');
  assert.deepEqual([batch.id, batch.programme, batch.atOnce], ['production_run_001', 'bring-up', 2]);
  assert.deepEqual(
    batch.units.map(({ place }) => place),
    ['slot1', 'slot2'].map((slot) => ({ station: 'bench1', slot })),
  );
  const slots = slotsOf(batch);
  assert.deepEqual(
    slots.map(({ id, power, meter, serial }) => [id, power !== undefined, meter !== undefined, serial?.path]),
    [1, 2].map((n) => [`slot${n}`, true, true, `/dev/serial/by-path/test-port${n}`]),
  );
  for (const { board, serial, connectTimeoutMs } of slots) {
    assert.deepEqual([serial?.baudRate, connectTimeoutMs], [115_200, 10_000]);
    assert.deepEqual(board.preflight, ['voltage_check', 'connection_test']);
    assert.equal(board.recovery.attempts, 4);
    assert.deepEqual(board.readBack, { algorithm: 'crc32', blockBytes: 1024 });
  }
  assert.equal(batch.log.level, 'info');
  assert.match(batch.log.file ?? '', /\/logs\/batch_run.log$/);
  assert.match(batch.log.resultsCsv ?? '', /\/results\/batch_results.csv$/);
  assert.match(batch.notices.join('\n'), /recovery_mode.fallback_protocol: no slot has a probe for swd/);
});

test('a batch with its main configuration and settings is one batch', async () => {
  const batch = await loaded('batch.yaml', 'batch-main.yaml', 'batch-settings.yaml');
  const { id, description, strategy, waves, successThreshold, rollbackWave, retries, checkpoints } = batch;
  assert.deepEqual(
    { id, description, strategy, waves, successThreshold, rollbackWave, retries, checkpoints },
    {
      id: 'production-rollout-v1.2.0',
      description: 'Deploy firmware v1.2.0 to production devices',
      strategy: 'gradual',
      waves: { kind: 'fixed', size: 5, factor: 1 },
      successThreshold: 90,
      rollbackWave: true,
      retries: 3,
      checkpoints: { everyWaves: 5 },
    },
  );
  assert.deepEqual(batch.gates, [
    { kind: 'minSuccessRate', percent: 80, afterUnits: 10, then: 'stop' },
    { kind: 'maxFailureRate', percent: 20, afterUnits: 10, then: 'stop' },
    { kind: 'verificationRequired', then: 'stop' },
  ]);
  const [{ board, connectTimeoutMs } = assert.fail(), ...others] = slotsOf(batch);
  assert.deepEqual(others, []);
  assert.equal(connectTimeoutMs, 30_000);
  assert.deepEqual([board.backup, board.rollbackOnFailure], ['regions', true]);
  assert.deepEqual(board.deadlines, { unitSeconds: 300, flashSeconds: 300, rollbackSeconds: 60 });
  assert.deepEqual(board.thresholds, {
    minFlashSeconds: 5,
    maxFlashSeconds: 120,
    maxVerificationSeconds: 30,
  });
  const { attempts, firstDelayMs, factor, maxDelayMs } = board.recovery;
  assert.deepEqual([attempts, firstDelayMs, factor, maxDelayMs], [4, 5000, 2, 20_000]);
  assert.equal(batch.stations[0]?.limits.rigErrorsInARow, 3);
  assert.deepEqual([batch.log.level, batch.log.console], ['debug', true]);
  assert.match(batch.notices.join('\n'), /batch-settings.yaml .* gives way to batch.yaml batch_size/);
});

test('targets of a kind that the firmware is not for are skipped, with the reason', async () => {
  const { units } = await loaded('batch.yaml');
  assert.deepEqual(
    units.map(({ serial, refused, place }) => [serial, refused?.code, place?.slot]),
    [
      ['ESP32_001', undefined, 'slot1'],
      ['ESP8266_001', 'WRONG_CHIP', undefined],
      ['PICO_001', 'WRONG_CHIP', undefined],
    ],
  );
  assert.match(units[2]?.refused?.why ?? '', /app.bin is for esp32, not for rp2040/);
  assert.deepEqual(units[1]?.values, { port: '192.0.2.100' });
  const only =
    '  - device_id: "ESP32_001"\n    device_type: "esp32"\n    connection_info: { port: "/dev/serial/by-path/test-port1" }\n';
  assert.match(await refusal('batch.yaml', [[only, '']]), /firmware_file: no unit of the batch can get it/);
});

test('a factory configuration writes the files of its boards, and adds its tests to the checks', async () => {
  const batch = await loaded('factory.yaml');
  assert.equal(batch.id, 'factory');
  assert.deepEqual(batch.log, { level: 'debug', maxBytes: 10_485_760, keep: 5, console: true });
  const [{ board, release } = assert.fail(), ...others] = slotsOf(batch);
  assert.equal(others.length, 1);
  assert.deepEqual(
    release.images.map(({ name, offset, path }) => [name, offset, path]),
    [
      ['bootloader', 0x1000, image('bootloader')],
      ['partitions', 0x8000, image('partitions')],
      ['app', 0x10000, image('app')],
    ],
  );
  assert.deepEqual([release.version, release.chip], ['1.2.0', 'esp32']);
  assert.deepEqual([board.recovery.attempts, board.thresholds.maxFlashSeconds], [4, 120]);
  assert.deepEqual(
    board.checks.map(({ name }) => name),
    ['wifi', 'memory', 'sensor', 'boot_test'],
  );
  assert.deepEqual(board.checks.at(-1)?.commands, [
    { send: 'info', expect: 'OK', timeoutMs: 5000, measure: [] },
  ]);
  const notices = batch.notices.join('\n');
  for (const key of ['provisioning_service_url', 'ota_service_url', 'board_model', 'station_id station_1'])
    assert.ok(notices.includes(key), key);
  const without = batchIn(await edited('factory.yaml', [['enabled: true', 'enabled: false']]));
  assert.deepEqual(slotsOf(without)[0]?.board.checks.length, 3);
  assert.match(without.notices.join('\n'), /testing.enabled: the tests of this file are not run/);
});

test('protections that cannot be switched off are refused by name, with what happens instead', async () => {
  const cases: [FormatName, [string, string], RegExp, ...FormatName[]][] = [
    [
      'batch-config.json',
      ['"validation_enabled": true', '"validation_enabled": false'],
      /batch-config.json:6:25 validation_enabled: is false, and that is not done here/,
    ],
    [
      'batch-main.yaml',
      ['verify_after_flash: true', 'verify_after_flash: false'],
      /flash_settings.verify_after_flash: is false, .*not known to be there/,
      'batch.yaml',
    ],
    [
      'batch-main.yaml',
      ['verify_checksum: true', 'verify_checksum: false'],
      /firmware_validation.verify_checksum: is false/,
      'batch.yaml',
    ],
    [
      'batch-main.yaml',
      ['check_compatibility: true', 'check_compatibility: false'],
      /check_compatibility: is false/,
      'batch.yaml',
    ],
    [
      'batch-settings.yaml',
      ['enable_atomic_saves: true', 'enable_atomic_saves: false'],
      /batch_processing.enable_atomic_saves: is false, .*power fails/,
      'batch.yaml',
    ],
  ];
  for (const [name, edit, expected, ...others] of cases)
    assert.match(await refusal(name, [edit], ...others), expected);
});

test('what two keys say differently is refused', async () => {
  assert.match(
    await refusal('batch-main.yaml', [['max_retry_attempts: 3', 'max_retry_attempts: 5']], 'batch.yaml'),
    /error_handling.max_retry_attempts: is 5, and flash_settings.max_retries is 3/,
  );
  assert.match(
    await refusal('batch-main.yaml', [['auto_rollback: true', 'auto_rollback: false']], 'batch.yaml'),
    /rollback_on_failure: is true, and auto_rollback is false/,
  );
});

test('limits become gates that warn or stop, as stop_on_failure_threshold says', async () => {
  const edit: [string, string] = ['stop_on_failure_threshold: true', 'stop_on_failure_threshold: false'];
  const batch = batchIn(await edited('batch-main.yaml', [edit], 'batch.yaml'));
  assert.deepEqual(
    batch.gates.map(({ then }) => then),
    ['warn', 'warn', 'warn'],
  );
});

test('the strategies of sizing take what is theirs, and say what is not', async () => {
  const time = batchIn(
    await edited('batch-settings.yaml', [['"fixed-size"', '"time-based"']], 'factory.yaml'),
  );
  assert.deepEqual(time.waves, { kind: 'time-based', seconds: 300 });
  assert.deepEqual(time.checkpoints, { everyWaves: 5, everySeconds: 300 });
  assert.match(
    time.notices.join('\n'),
    /processing.batch_size: it is for the strategy fixed-size and memory-adaptive/,
  );
  const memory = batchIn(
    await edited('batch-settings.yaml', [['"fixed-size"', '"memory-adaptive"']], 'batch.yaml'),
  );
  assert.deepEqual(memory.waves, { kind: 'memory-adaptive', size: 5, memoryThreshold: 0.8 });
});

test('firmware limits of the formats are those of the board', async () => {
  const small: [string, string] = ['max_firmware_size: 3145728', 'max_firmware_size: 1000'];
  assert.match(
    await refusal('batch-main.yaml', [small], 'batch.yaml'),
    /batch.yaml:\d+:\d+ firmware_file.*allows 1000|1000/,
  );
  const unsigned: [string, string] = ['validate_signature: false', 'validate_signature: true'];
  assert.match(
    await refusal('batch-main.yaml', [unsigned], 'batch.yaml'),
    /firmware_validation.validate_signature: is true, but there is no trustedKey/,
  );
  const version: [string, string] = ['version: "1.2.0"', 'version: "1.3.0"'];
  assert.match(
    await refusal('batch.yaml', [version]),
    /^batch.yaml:5:10 version: is "1.3.0", but .*app.bin says that it is 1.2.0/,
  );
  const size: [string, string] = ['esp32: 3145728', 'esp32: 1000'];
  assert.match(await refusal('factory.yaml', [size]), /allows 1000/);
});

test('a place that is not that of the kind, and places that are not one, are refused', async () => {
  const cases: [FormatName, [string, string], RegExp][] = [
    [
      'batch.yaml',
      ['device_type: "esp32"\n    connection', 'device_type: "esp33"\n    connection'],
      /targets\[0\].device_type: is "esp33", which is neither a chip nor a board of the rig/,
    ],
    [
      'batch.yaml',
      ['{ port: "/dev/serial/by-path/test-port1" }', '{ port: 80 }'],
      /targets\[0\].connection_info: has port 80 without host/,
    ],
    [
      'batch.yaml',
      ['{ port: "/dev/serial/by-path/test-port1" }', '{ }'],
      /says nothing of where the device is; write port, host or mount_point/,
    ],
    [
      'batch-config.json',
      ['test-port2', 'test-port1'],
      /devices\[1\].port: .* is already the place of line 9/,
    ],
    [
      'batch-config.json',
      ['/dev/serial/by-path/test-port2', '/dev/ttyUSB1'],
      /devices\[1\].port: .*goes to another adapter after the next plug/,
    ],
    [
      'factory.yaml',
      ['board_type: "esp32"', 'board_type: "esp23"'],
      /stations\[0\].board_type: there is no board_configs.esp23; did you mean `esp32`/,
    ],
  ];
  for (const [name, edit, expected] of cases)
    assert.match(await refusal(name, [edit]), expected, String(edit));
});

test('a port that no station file names is a slot of a station that is made up, which resets its board by DTR and RTS', async () => {
  const edit: [string, string] = ['/dev/serial/by-path/test-port2', '/dev/serial/by-path/other'];
  const text = (await format('factory.yaml'))
    .replace(...edit)
    .replace('flash_size: "4MB"', 'flash_size: "8MB"');
  const batch = batchIn(await load([await write('factory.yaml', text)]));
  assert.deepEqual(
    batch.stations.map(({ name, slots }) => [name, slots.map(({ id }) => id)]),
    [
      ['bench1', ['slot1']],
      ['station_1', ['slot1']],
    ],
  );
  const made = batch.stations[1];
  assert.equal(made?.bench, undefined);
  assert.deepEqual(made?.slots[0]?.serial, {
    path: '/dev/serial/by-path/other',
    baudRate: 115_200,
    parity: 'none',
    autoReset: true,
    native: false,
  });
  assert.equal(made.slots[0]?.board.flash.sizeBytes, 8 * 1024 * 1024);
  assert.deepEqual(batch.units[1]?.place, { station: 'station_1', slot: 'slot1' });
});

test('files that do not belong together are refused, and so are files without units', async () => {
  const files = async (...names: FormatName[]) => {
    const paths = await Promise.all(names.map(async (name) => write(name, await format(name))));
    return formatProblems((await load(paths)).problems);
  };
  assert.match(
    await files('batch-main.yaml'),
    /names no units; name the file with the units beside it, such as batch.yaml/,
  );
  assert.match(
    await files('batch.yaml', 'factory.yaml'),
    /is a factory configuration .* is named too; name one of the two/,
  );
  assert.match(await files('batch-config.json', 'batch-main.yaml'), /does not go with a batch configuration/);
  assert.match(await files('batch.yaml', 'batch.yaml'), /and so is .*batch.yaml; name one of the two/);
});
