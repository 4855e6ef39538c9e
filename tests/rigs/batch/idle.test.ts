import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeBatchFolder } from './batch-folder.js';

const { batchOf, problemsOf, rig } = await makeBatchFolder();

test('a log, or a copy of the results, is refused in the place of something that somebody needs', async () => {
  await mkdir(join(rig.folder, 'logs'), { recursive: true });
  const cases: [string, RegExp][] = [
    [
      'file: results/b1/journal.jsonl',
      /log: would write into .*journal\.jsonl, which is the name of a journal/,
    ],
    ['resultsCsv: results/b1/journal.jsonl', /log: would write into .*journal\.jsonl/],
    [`file: ${rig.rigs}/bench1.yaml`, /log: would write into .*bench1\.yaml, which the batch is read from/],
    [
      `resultsCsv: ${rig.folder}/a-batch.yaml`,
      /log: would write into a-batch\.yaml, which the batch is read from/,
    ],
    [`file: ${rig.folder}/logs`, /log: names logs, which is a folder/],
    ['file: same.log\n  resultsCsv: ./same.log', /log: has .*same\.log for the log and for the copy/],
  ];
  for (const [said, wanted] of cases) assert.match(await problemsOf(`batch: b1\nlog:\n  ${said}\n`), wanted);
  assert.match(await problemsOf('batch: b1\n', { logFile: 'journal.jsonl' }), /^--log-file:.*journal/);
});

test('limits that no unit could keep, or none could miss, are refused', async () => {
  const cases: [string, RegExp][] = [
    [
      'gates: [{ kind: flashSeconds, min: 5, max: 2, then: stop }]',
      /gates\[0\]: min \(5\) is above max \(2\)/,
    ],
    [
      'gates: [{ kind: sameCode, count: 5, within: 3, then: stop }]',
      /gates\[0\]: count \(5\) is above within \(3\)/,
    ],
    [
      'override: { thresholds: { minFlashSeconds: 9, maxFlashSeconds: 5 } }',
      /9 s is above max_flash_time \(5 s\)/,
    ],
    ['override: { recovery: { fallbackAttempts: 3 } }', /fallbackAttempts: there is no flash\.fallback/],
  ];
  for (const [said, wanted] of cases) assert.match(await problemsOf(`batch: b1\n${said}\n`), wanted);
});

test('a batch is not named like something else in the results folder', async () => {
  for (const id of ['latest', 'archive', 'factory_records_20261120.csv'])
    assert.match(
      await problemsOf(`batch: ${id}\n`),
      /batch: ".*" stands for something else in the results folder/,
    );
});

test('what has nothing to act on is a notice', async () => {
  const cases: [string, RegExp][] = [
    [
      'successThreshold: 50',
      /^a-batch\.yaml successThreshold: waves are judged in the strategy gradual only/,
    ],
    ['rollbackWave: true', /^a-batch\.yaml rollbackWave: .*this batch is parallel$/],
    [
      'swap: { detect: none, waitSeconds: 5 }',
      /^a-batch\.yaml swap: detect is none, so no board is waited for$/,
    ],
    [
      'gates: [{ kind: consecutiveFailures, count: 5, then: stop }]',
      /gates\.0: 5 failures cannot come together, since 4/,
    ],
  ];
  for (const [said, wanted] of cases) {
    const { notices } = await batchOf(`batch: b1\n${said}\n`);
    assert.match(notices.join('\n'), wanted);
  }
});

test('a flag that makes a batch gradual, or takes that away, is what counts for its threshold', async () => {
  const gradual = await batchOf('batch: b1\nsuccessThreshold: 50\nrollbackWave: true\n', {
    batchStrategy: 'gradual',
  });
  assert.deepEqual([gradual.notices, gradual.rollbackWave], [[], true]);
  const text = 'batch: b1\nstrategy: gradual\nrollbackWave: true\n';
  const { notices, rollbackWave } = await batchOf(text, { batchStrategy: 'parallel' });
  assert.match(notices.join('\n'), /rollbackWave: waves are judged/);
  assert.equal(rollbackWave, false);
});

test('a board type that is called like something every object has is refused like any other', async () => {
  const text = `stations: [{ station_id: s, ports: [/dev/serial/by-path/test-port1], board_type: constructor }]
board_configs: { esp32: { firmware_path: fw.bin } }
`;
  assert.match(await problemsOf(text), /board_type: there is no board_configs\.constructor/);
});
