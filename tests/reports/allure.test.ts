import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuntimeMetadataMessage } from 'allure-js-commons/sdk';
import type { AttemptRecord } from '../../core/record.js';
import { createRecorder } from '../../fixtures/recorder.js';
import { describeUnit } from '../../reports/allure.js';
import { device, lease } from '../fixtures/sample.js';

type Metadata = RuntimeMetadataMessage['data'];

/** What the recorder keeps of an attempt with this header. */
function recordOf(header: Partial<AttemptRecord>): AttemptRecord {
  const known = { ...lease, header: { ...lease.header, ...header } };
  const unit = { station: 'station1', slot: 'slot1', proof: 'identity' as const };
  const recorder = createRecorder(known, unit, () => undefined);
  recorder.identified(device);
  recorder.accepted();
  return recorder.finish('passed', 'console/slot1-1.log');
}

async function metadataOf(record: AttemptRecord): Promise<Metadata> {
  let body = '';
  await describeUnit(record, '/no/such/console.log', {
    attach: async (_, attachment) => void (body = attachment.body ?? body),
  });
  return (JSON.parse(body) as { data: Metadata }).data;
}

const namesOf = ({ parameters = [] }: Metadata, excluded: boolean) =>
  parameters.filter((each) => (each.excluded ?? false) === excluded).map(({ name }) => name);
const valueOf = ({ parameters = [] }: Metadata, wanted: string) =>
  parameters.find(({ name }) => name === wanted)?.value;

test('a unit of a batch is shown by its number and serial number, with its wave', async () => {
  const record = recordOf({ unit: 17, serial: 'SN-0042', wave: 2 });
  assert.deepEqual([record.unit, record.serial, record.wave], [17, 'SN-0042', 2]);
  const shown = await metadataOf(record);
  assert.equal(shown.displayName, 'unit 17 · SN-0042');
  assert.deepEqual(
    ['unit number', 'serial', 'wave'].map((name) => valueOf(shown, name)),
    ['17', 'SN-0042', '2'],
  );
});

test('a unit of a batch stays the same test when it is tried again in another slot or wave', async () => {
  const shown = await metadataOf(recordOf({ unit: 17, serial: 'SN-0042', wave: 2 }));
  assert.deepEqual(namesOf(shown, false), ['unit number', 'serial', 'release', 'batch']);
  assert.deepEqual(namesOf(shown, true), ['wave', 'station', 'slot', 'unit', 'attempt']);
});

test('a unit without a serial number is shown by what it says of itself', async () => {
  assert.equal((await metadataOf(recordOf({ unit: 3 }))).displayName, 'unit 3 · 24:6f:28:00:00:01');
});

test('without a batch a unit is shown by its slot', async () => {
  const shown = await metadataOf(recordOf({}));
  assert.equal(shown.displayName, 'slot1 · 24:6f:28:00:00:01 · provision');
  assert.deepEqual(namesOf(shown, false), ['station', 'slot', 'release', 'batch']);
});
