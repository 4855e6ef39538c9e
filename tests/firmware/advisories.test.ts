import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAdvisories, type Advisory } from '../../firmware/validation/advisories.js';
import { frameworkOf } from '../../firmware/validation/framework.js';
import { readCheckedFile } from '../../rigs/checked-file.js';
import type { AdvisoriesFile } from '../../rigs/rig-files.js';
import { smallImage } from './samples.js';

const advisory = (change: Partial<Advisory>): Advisory => ({
  id: 'CVE-2020-16146',
  framework: 'esp-idf',
  fromVersion: '4.0.0',
  belowVersion: '4.0.2',
  summary: 'buffer overflow',
  url: 'https://example.org/',
  severity: 'error',
  ...change,
});

const hits = (version: string, change: Partial<Advisory> = {}, name = 'esp-idf') =>
  checkAdvisories({ name, version }, [advisory(change)]).length > 0;

test('a version is held against the range, the first repaired one outside', () => {
  for (const version of [
    '4.0',
    '4.0.0',
    'v4.0.1',
    'v4.0.1-dirty',
    'v4.0.1-45-gabcdef0',
    'esp-idf: v4.0.1 3bc39a1',
  ])
    assert(hits(version), version);
  for (const version of ['3.3.9', '4.0.2', 'v4.0.2-dirty', 'v4.0.10', '4.1', 'v5.2.3'])
    assert(!hits(version), version);
});

test('a version in the making counts as earlier than its release', () => {
  assert(hits('v4.0.2-rc1'));
  assert(hits('v4.0.2-dev-120-gabcdef0'));
  assert(!hits('v4.0-dev-120-gabcdef0'));
});

test('without a first version every earlier one is meant, and names are compared without regard to case', () => {
  const early = advisory({ fromVersion: '0' });
  delete early.fromVersion;
  assert.equal(checkAdvisories({ name: 'ESP-IDF', version: '0.9' }, [early]).length, 1);
  assert(!hits('4.0.1', {}, 'freertos'));
});

test('the finding says what, which version is repaired, and where to read', () => {
  const [finding] = checkAdvisories({ name: 'esp-idf', version: 'v4.0.1' }, [
    advisory({ severity: 'warning' }),
  ]);
  assert.deepEqual(finding, {
    kind: 'advisory',
    severity: 'warning',
    what: 'it is built with esp-idf v4.0.1, which has CVE-2020-16146 (buffer overflow); build it with 4.0.2 or later, see https://example.org/',
  });
});

test('a version that cannot be read is a warning, not silence', () => {
  const [finding] = checkAdvisories({ name: 'esp-idf', version: 'abcdef0' }, [advisory({})]);
  assert.equal(finding?.severity, 'warning');
  assert.match(finding?.what ?? '', /"abcdef0", which is no version/);
});

test('ESP images say themselves what they are built with', () => {
  const framework = { name: 'esp-idf', version: 'v5.2.3' };
  assert.deepEqual(
    [frameworkOf(smallImage('app')), frameworkOf(smallImage('bootloader'))],
    [framework, framework],
  );
  assert.equal(frameworkOf(smallImage('partitions')), undefined);
});

test('the shipped list is valid, names its sources, and refuses versions that are known to be bad', async () => {
  const file = await readCheckedFile<AdvisoriesFile>('advisories', 'rigs/advisories.yaml');
  assert.deepEqual(file.problems, []);
  const list = file.complete()?.advisories ?? [];
  assert(list.length > 10);
  for (const { id, url } of list) assert(/^CVE-\d{4}-\d{4,}$/.test(id) && /^https:/.test(url), id);
  const errors = (name: string, version: string) =>
    checkAdvisories({ name, version }, list).flatMap(({ severity, what }) =>
      severity === 'error' ? (/CVE-[\d-]+/.exec(what) ?? []) : [],
    );
  assert.deepEqual(errors('esp-idf', 'v3.3.1'), ['CVE-2019-15894']);
  assert.deepEqual(errors('esp-idf', 'v5.2.3'), []);
  assert.deepEqual(errors('freertos', 'V10.4.1'), ['CVE-2021-31571', 'CVE-2021-31572', 'CVE-2021-32020']);
});
