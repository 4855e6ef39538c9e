import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { scriptProblem } from '../../rigs/script-rule.js';
import { assertProblems, loadTinyRig } from './tiny-rig.js';

const file = 'boards/board-a.yaml';
const asText = (check: string): [string, string][] => [['checks:\n', `checks:\n${check}`]];

async function problemOf(t: TestContext, content: string, mode = 0o755): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'script-rule-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'post-flash.sh');
  await writeFile(path, content);
  await chmod(path, mode);
  return scriptProblem(path);
}

test('a check that runs a program has its whole path and its defaults', async (t) => {
  const edits = asText('  - name: true-check\n    script: { path: ../../../../bin/true }\n');
  const absolute = asText(
    '  - name: camera\n    required: false\n    script: { path: /bin/true, args: [-q] }\n',
  );
  const rig = await loadTinyRig(t, { [`rigs/${file}`]: absolute });
  assert.deepEqual(rig.problems, []);
  assert.deepEqual(rig.stations[0]?.slots[0]?.board.checks[0], {
    name: 'camera',
    required: false,
    script: { path: '/bin/true', args: ['-q'], timeoutMs: 60_000, takesPort: false, measure: [] },
  });
  const relative = await loadTinyRig(t, { [`rigs/${file}`]: edits });
  assert.deepEqual(relative.problems, []);
  assert.equal(relative.stations[0]?.slots[0]?.board.checks[0]?.script?.path, '/bin/true');
});

test('a program that is missing is refused before anything is energised', async (t) => {
  const rig = await loadTinyRig(t, {
    [`rigs/${file}`]: asText('  - name: camera\n    script: { path: look.sh }\n'),
  });
  assert.deepEqual(rig.stations, []);
  assertProblems(rig, [
    {
      file,
      at: 'look.sh',
      path: 'checks[0].script.path',
      says: ['there is no file boards/look.sh', 'correct the path'],
    },
  ]);
});

test('a check that does nothing, or two things, is refused', async (t) => {
  const idle = await loadTinyRig(t, { [`rigs/${file}`]: asText('  - name: camera\n') });
  assertProblems(idle, [
    { file, at: 'name: camera', path: 'checks[0]', says: ['camera does nothing', '`commands`', '`script`'] },
  ]);
  const both = asText(
    "  - name: camera\n    script: { path: /bin/true }\n    commands: [{ expect: '^UP$' }]\n",
  );
  assertProblems(await loadTinyRig(t, { [`rigs/${file}`]: both }), [
    { file, at: 'script', path: 'checks[0].script', says: ['beside `commands`', 'a check of its own'] },
  ]);
});

test('values of a program have names of their own, also beside its exit code', async (t) => {
  const measures =
    "[{ name: heap_free, pattern: 'a(?<value>b)' }, { name: cam_1_exit_code, pattern: 'a(?<value>b)' }]";
  const check = `  - name: cam-1\n    script: { path: /bin/true, measure: ${measures} }\n`;
  const rig = await loadTinyRig(t, { [`rigs/${file}`]: asText(check) });
  assertProblems(rig, [
    {
      file,
      at: "heap_free\n            pattern: '^heap",
      path: 'checks[1].commands[0].measure[0].name',
      says: ['already measured in line'],
    },
    {
      file,
      at: 'cam_1_exit_code',
      path: 'checks[0].script.measure[1].name',
      says: ['the exit code of the check cam-1'],
    },
  ]);
});

test('what cannot be run is told with its remedy', async (t) => {
  assert.equal(await problemOf(t, '#!/bin/sh\nexit 0\n'), undefined);
  assert.equal(await problemOf(t, '#! /usr/bin/env node\n'), undefined);
  assert.match((await problemOf(t, '#!/bin/sh\n', 0o644)) ?? '', /is not executable; run: chmod \+x/);
  assert.equal(await problemOf(t, 'exit 0\n'), undefined, 'a shell runs it');
  assert.match((await problemOf(t, '')) ?? '', /is empty/);
  assert.match((await problemOf(t, '#!/no/python\n')) ?? '', /run by \/no\/python, which is not there/);
  assert.match((await problemOf(t, '#!/bin/sh\r\nexit 0\r\n')) ?? '', /as on Windows/);
  assert.match((await scriptProblem(tmpdir())) ?? '', /is no file/);
  assert.equal(await scriptProblem(process.execPath), undefined);
});
