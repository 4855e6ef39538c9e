import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runtimeFolder } from '../../core/runtime-folder.js';

describe('the runtime folder', () => {
  it('is the one that RIG_RUNTIME_DIR names, made when it is missing', (test) => {
    const parent = mkdtempSync(join(tmpdir(), 'rig-runtime-'));
    test.after(() => rmSync(parent, { recursive: true }));
    const folder = runtimeFolder('/project', { RIG_RUNTIME_DIR: join(parent, 'a', 'b') });
    assert.equal(folder, join(parent, 'a', 'b'));
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it('is private, short and different for every project of a user', (test) => {
    const [one, other] = ['/tmp/project-one', '/tmp/project-two'].map((project) =>
      runtimeFolder(project, {}),
    );
    test.after(() => [one, other].forEach((folder) => rmSync(folder ?? '', { recursive: true })));
    assert.notEqual(one, other);
    assert.match(one ?? '', /\/rigwright-\d+\/[0-9a-f]{8}$/);
    assert.equal(statSync(one ?? '').mode & 0o777, 0o700);
    assert.equal(runtimeFolder('/tmp/../tmp/project-one', {}), one);
  });
});
