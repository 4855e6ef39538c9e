import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { tinyProject, type TinyProject } from './tiny-project.js';
import { flakySpec, mixedSpec, oddSpec, swappedSpec } from './unit-specs.js';

let project: TinyProject | undefined;
afterEach(() => project?.close());

const script = await access('/usr/bin/script').then(
  () => true,
  () => false,
);
const required = process.env['RIG_TOOLS'] === 'required';
const withoutScript = script || required ? false : 'needs script(1): apt-get install bsdutils';

describe('the reporter, when the output is not a terminal', () => {
  test('says in plain lines what happens, shows what no record tells, then what to do, the counts and the files', async () => {
    project = await tinyProject({ 'units.spec.ts': mixedSpec });
    const { code, output } = await project.run();
    assert.equal(code, 1);
    assert.doesNotMatch(output, /\x1b/);
    assert.match(output, /^5 tests in 4 slots\n/);
    assert.match(output, /^ +\d+\.\ds {2}slot1 {2}starts$/m);
    assert.match(output, /^ +\d+\.\ds {2}slot1 {2}PASSED/m);
    assert.match(output, /^ +\d+\.\ds {2}slot2 {2}FAIL CHECK_LIMIT: heap_free 9000 bytes, limits ≥ 40000/m);
    assert.match(output, /^ +\d+\.\ds {2}slot3 {2}ERROR PORT_LOST: /m);
    assert.match(output, /^a word from slot2$/m);
    assert.match(output, /^no line end$/m);
    assert.doesNotMatch(output, /500000/);
    const [, end = ''] = output.split('no line end\n');
    assert.match(end, /station1 slot2 {2}24:6f:28:00:00:02 {2}fail in memory\n {4}CHECK_LIMIT: heap_free/);
    assert.match(
      end,
      /do: Rework the unit; the record names the measurement and the limits\.\n {4}results\/run1\/console\/slot2-1\.log/,
    );
    assert.match(end, /\n {2}4 failed\n {2}1 passed \(\d+\.\ds\)\n/);
    assert.match(
      end,
      /summary {2}results\/run1\/summary\.txt\n {2}report {3}results\/run1\/batch_report_\d{8}_\d{6}\.json\n$/,
    );
    await access(join(project.results, 'summary.txt'));
    // What no record tells is shown whole, and nothing else.
    assert.match(output, /\[station1\] › units\.spec\.ts:\d+:\d+ › no unit\n\n {4}Error: a plain failure\n/);
    assert.match(output, /> \d+ \| .*a plain failure/);
    assert.match(output, /Error: CONFIG_INVALID: station1 has no slot9; it has slot1, slot2, slot3/);
    assert.equal(output.match(/^ {4}(Rig)?Error: /gm)?.length, 2);
  });

  test('shows the errors of a file that does not compile', async () => {
    project = await tinyProject({ 'broken.spec.ts': 'const x = {;' });
    const { code, output } = await project.run();
    assert.equal(code, 1);
    assert.match(output, /SyntaxError: .*broken\.spec\.ts: Unexpected token \(1:11\)/);
    assert.match(output, /nothing ran/);
  });

  test('tells of a unit that passed when it was tested again', async () => {
    project = await tinyProject({ 'units.spec.ts': flakySpec }, { retries: 1 });
    const { code, output } = await project.run();
    assert.equal(code, 0);
    assert.match(output, /slot1 {2}starts attempt 2/);
    assert.match(output, /\n\n {2}1 flaky \(/);
    assert.doesNotMatch(output, /do:/);
  });

  test('does not call a run good in which another board passed in the place of a bad one', async () => {
    project = await tinyProject({ 'units.spec.ts': swappedSpec }, { retries: 1 });
    const { code, output } = await project.run();
    assert.match(output, /station1 slot1 {2}24:6f:28:00:00:01 {2}fail in memory\n {4}CHECK_LIMIT/);
    assert.equal(code, 1);
  });

  test('tells of a worker that was killed, and of an error beside a good record', async () => {
    project = await tinyProject({ 'units.spec.ts': oddSpec });
    const { code, output } = await project.run();
    assert.equal(code, 1);
    assert.match(output, /slot1 {2}ERROR WORKER_LOST: the worker \(pid \d+\) ended before/);
    assert.match(output, /Error: the tear-down went wrong/);
    const summary = await readFile(join(project.results, 'summary.txt'), 'utf8');
    assert.match(summary, /station1 slot1 · slot1 · WORKER_LOST\n {2}step: flash/);
  });
});

describe('the reporter, on a terminal', { skip: withoutScript }, () => {
  test('draws a grid in place, no line wider than the terminal, and keeps what tests print above it', async () => {
    project = await tinyProject({ 'units.spec.ts': mixedSpec });
    const { output } = await project.run({ terminal: { columns: 50, rows: 20 } });
    assert.match(output, /\x1b\[\d+A\r/);
    assert.match(output, /\x1b\[32m/);
    const frames = output.split('\x1b[?2026h').slice(1);
    const lines = frames.flatMap((frame) => frame.split('\x1b[?2026l')[0]?.split('\n') ?? []);
    const drawn = lines
      .filter((line) => line.includes('\x1b[K'))
      .map((line) => stripVTControlCharacters(line).trimEnd());
    assert.ok(drawn.some((line) => line.startsWith('  ✓ slot1  passed')));
    assert.ok(
      drawn.some((line) => line.startsWith('  ✗ slot2  CHECK_LIMIT: heap_free') && line.endsWith('…')),
    );
    for (const line of drawn) assert.ok(line.replace('\r', '').length < 50, line);
    assert.match(stripVTControlCharacters(output), /a word from slot2\r?\n/);
    assert.match(stripVTControlCharacters(output), / {2}4 failed\r?\n {2}1 passed/);
  });

  test('has no colours with NO_COLOR', async () => {
    project = await tinyProject({ 'units.spec.ts': flakySpec }, { retries: 1 });
    const { output } = await project.run({ terminal: { columns: 80, rows: 20 }, env: { NO_COLOR: '1' } });
    assert.doesNotMatch(output, /\x1b\[3\dm/);
    assert.match(output, /\x1b\[\d+A\r/);
  });
});
