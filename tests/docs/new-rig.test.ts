import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { loadRig } from '../../rigs/load-rig.js';
import type { Station } from '../../rigs/types.js';
import type { Discovery } from '../../cli/discover.js';
import { cleanEnvironment } from '../clean-environment.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { blocksOf, tableRows } from './page.js';

const page = await readFile('docs/new-rig.md', 'utf8');
const commands = blocksOf(page, 'sh').flatMap((block) => block.trim().split('\n'));

/** Runs it with a small station of the same name, whose files a test may change. */
function run(rig: RigFolder, command: string) {
  const [npx, name, ...words] = command.split(' ');
  assert.deepEqual([npx, name], ['npx', 'rig']);
  return spawnSync(process.execPath, ['cli/rig.js', ...words], {
    env: { ...cleanEnvironment(), ...rig.env },
    encoding: 'utf8',
    timeout: 60_000,
  });
}

/** Other tests run these: a bench that stays, and what may reset boards of the machine that tests run on. */
const elsewhere = new Map([
  ['npx rig discover --probe', 'tests/cli/discover.test.ts'],
  ['npx rig bench station1 --shuffle 7', 'tests/cli/map.test.ts'],
  ['npx playwright test --project=station1 rig-selftest', 'tests/station/selftest.test.ts'],
]);

const marks = new Map([
  ['npx rig discover --probe', /probe: true/],
  ['npx rig bench station1 --shuffle 7', /RIG_BENCH_SHUFFLE: '7'/],
]);

test('every command of the page works', async (t) => {
  const rig = await makeRigFolder({ slots: 1, station: 'station1' });
  t.after(() => rig.remove());
  for (const command of commands) {
    if (elsewhere.has(command)) continue;
    const { status, stderr } = run(rig, command);
    assert.equal(status, 0, `${command}: ${stderr}`);
  }
  for (const [command, file] of elsewhere) {
    assert.ok(commands.includes(command), command);
    assert.match(await readFile(file, 'utf8'), marks.get(command) ?? /\['rig-selftest'\]/);
  }
});

test('the page names every field of the JSON', async (t) => {
  const rig = await makeRigFolder({ slots: 1, station: 'station1' });
  t.after(() => rig.remove());
  const found = JSON.parse(run(rig, 'npx rig discover --json').stdout) as Discovery;
  const rows = tableRows(page, 'field').map(([field = '']) => field.replace('[]', ''));
  assert.deepEqual(rows, Object.keys(found));
});

test('the self-test that the page shows is one of a station', async (t) => {
  const [block = ''] = blocksOf(page, 'yaml');
  const shown = parse(block) as { selftest: Station['selftest'] };
  const rig = await makeRigFolder({ slots: 1, station: 'station1', keys: shown });
  t.after(() => rig.remove());
  const { stations, problems } = await loadRig(rig.rigs, { specs: 'specs' });
  assert.deepEqual(problems, []);
  assert.deepEqual(stations[0]?.selftest, shown.selftest);
});
