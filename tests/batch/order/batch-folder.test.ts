import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { batchFolders, findBatch, makeBatchFolder } from '../../../batch/order/batch-folder.js';
import { listBatches } from '../../../batch/order/batch-status.js';
import { batchIdsIn } from '../../../cli/batch/batch-ids.js';

let results: string;

before(async () => {
  results = await mkdtemp(join(tmpdir(), 'rig-batch-folders-'));
  const order = { files: [], flags: {} };
  await makeBatchFolder(results, {
    id: 'good',
    order,
    rigs: 'rigs',
    specs: 'specs',
    createdAt: '2026-03-04',
  });
  await symlink('good', join(results, 'latest'));
  for (const [id, text] of Object.entries(damaged)) {
    await mkdir(join(results, id));
    await writeFile(join(results, id, 'batch.json'), text);
  }
});
after(() => rm(results, { recursive: true, force: true }));

const damaged = {
  half: '{"id":"half","order":{"fi',
  list: '[]',
  nothing: 'null',
  orderless: '{"id":"orderless","rigs":"r","specs":"s","createdAt":"2026-03-04"}',
};

test('a batch whose file is damaged is named with what to do, and keeps none of the others from being listed', async () => {
  for (const id of Object.keys(damaged))
    await assert.rejects(
      findBatch(results, id),
      /^RigError: BATCH_UNKNOWN: .*batch\.json: .*; put back a whole copy/,
    );
  assert.deepEqual(await batchFolders(results), [join(results, 'good')]);
  assert.deepEqual(
    (await listBatches(results)).map(({ id }) => id),
    ['good'],
  );
});

test('a batch that is not there is told with those that are, and names no file elsewhere', async () => {
  for (const id of ['', '..', '../good', 'nobody'])
    await assert.rejects(findBatch(results, id), /has no batch .*; it has good$/);
});

test('the link to the newest results is no batch', () => {
  assert.deepEqual(batchIdsIn(results), ['good', 'half', 'list', 'nothing', 'orderless']);
});
