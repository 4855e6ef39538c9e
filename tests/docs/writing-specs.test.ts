import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { loadRig } from '../../rigs/load-rig.js';
import { cleanEnvironment } from '../clean-environment.js';
import { makeRigFolder } from '../rig-folder.js';
import { latestResults, recordsBySlot } from '../station/run.js';
import { blocksOf, tableRows } from './page.js';
import { projectWithSpecs } from '../project-with-specs.js';

const page = await readFile('docs/writing-specs.md', 'utf8');

test('the page names every fixture, and each member that it names is one', async () => {
  const source = await readFile('fixtures/test.ts', 'utf8');
  const fixtures = /export interface RigFixtures \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? '';
  const names = [...fixtures.matchAll(/^ {2}(\w+): (\w+)/gm)].map(([, name = '']) => name);
  const rows = tableRows(page, 'fixture');
  assert.deepEqual(rows.map(([name]) => name).sort(), [...names, 'coordinator'].sort());
  const folders = ['fixtures', 'gpio', 'drivers/meter'];
  const files = await Promise.all(
    folders.map(async (folder) =>
      Promise.all(
        (await readdir(folder))
          .filter((name) => name.endsWith('.ts'))
          .map((name) => readFile(join(folder, name), 'utf8')),
      ),
    ),
  );
  const all = files.flat().join('\n');
  for (const [name, gives = ''] of rows) {
    // The one fixture that is a function itself.
    if (name === 'check') continue;
    for (const [, member = '', isCall] of gives.matchAll(/`(\w+)(\()?[^`]*`/g)) {
      const end = isCall ? '(<[^>]*>)?[(:]' : ': ';
      assert.match(all, new RegExp(`^ +(readonly )?${member}${end}`, 'm'), `${name}: ${member}`);
    }
  }
});

test(
  'the spec of the page runs as it stands, by its command, and passes',
  { timeout: 120_000 },
  async (t) => {
    const [spec = ''] = blocksOf(page, 'ts');
    const [command = ''] = blocksOf(page, 'sh');
    const name = /^\/\/ specs\/(\S+)\.spec\.ts$/m.exec(spec)?.[1] ?? '';
    const project = await projectWithSpecs({ [`${name}.spec.ts`]: spec });
    const rig = await makeRigFolder({ slots: 2 });
    t.after(() => Promise.all([rig.remove(), rm(project, { recursive: true, force: true })]));
    const child = spawn('sh', ['-c', command.replace('station1', rig.station)], {
      cwd: project,
      env: { ...cleanEnvironment(), ...rig.env, NO_COLOR: '1' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const code = await new Promise((settle) => child.once('close', settle));
    assert.equal(code, 0, output);
    assert.match(output, /2 passed/);
    const record = (await recordsBySlot(await latestResults(rig))).get('slot1');
    assert.deepEqual(
      record?.steps.map((step) => step.name),
      [...spec.matchAll(/test\.step\('([^']+)'/g)].map(([, step]) => step),
    );
  },
);

test('the check of the page loads as a part of the board that it names', async (t) => {
  const rig = await makeRigFolder({ slots: 1 });
  t.after(() => rig.remove());
  const [text = ''] = blocksOf(page, 'yaml');
  const file = join(rig.rigs, /^# in rigs\/(\S+)$/m.exec(text)?.[1] ?? '');
  const board = parse(await readFile(file, 'utf8')) as { checks: unknown[] };
  const { checks } = parse(text) as { checks: { name: string }[] };
  await writeFile(file, stringify({ ...board, checks: [...board.checks, ...checks] }));
  const { problems, stations } = await loadRig(rig.rigs, { specs: 'specs' });
  assert.deepEqual(problems, []);
  assert.equal(stations[0]?.slots[0]?.board.checks.at(-1)?.name, checks[0]?.name);
  assert.ok(page.includes(`check('${checks[0]?.name}')`));
});
