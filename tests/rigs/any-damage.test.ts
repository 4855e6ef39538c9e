import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { loadRig } from '../../rigs/load-rig.js';
import { tinyRig } from './tiny-rig.js';

const folder = await mkdtemp(join(tmpdir(), 'damaged-rig-'));
after(() => rm(folder, { recursive: true, force: true }));
for (const [file, content] of Object.entries(tinyRig)) {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), content);
}

/** Every line left out, and every value of every line replaced by things that YAML can hold. */
function* damaged(text: string): Generator<string> {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const around = (middle: string[]) =>
      [...lines.slice(0, index), ...middle, ...lines.slice(index + 1)].join('\n');
    yield around([]);
    for (const { index: at, 0: pair, 1: key = '' } of line.matchAll(/(\w+: )(?:[^,{}[\]]+|[[{].*)/g)) {
      const before = line.slice(0, at) + key;
      const behind = line.slice(at + pair.length);
      for (const value of ['', '-1', '[[x]]', '{ x: y }', '.nan', '*x'])
        yield around([before + value + behind]);
    }
  }
}

for (const file of ['rigs/station1.yaml', 'rigs/boards/board-a.yaml', 'rigs/releases/one-1.0.0.yaml']) {
  test(`whatever stands in ${file}, it resolves or is refused with a place and a reason`, async () => {
    const good = String(tinyRig[file]);
    for (const text of damaged(good)) {
      await writeFile(join(folder, file), text);
      const { stations, problems } = await loadRig(join(folder, 'rigs'));
      assert.equal(stations.length === 0, problems.length > 0, text);
      for (const problem of problems) {
        assert.ok(problem.line >= 1 && problem.column >= 1, JSON.stringify(problem));
        // The words of ajv, and of code that did not expect such a value.
        assert.doesNotMatch(problem.what, /undefined|\[object|must (NOT|be (string|integer|object))/, text);
        assert.match(problem.what, /[;,] /, 'what is there, and what would be right');
      }
    }
    await writeFile(join(folder, file), good);
  });
}
