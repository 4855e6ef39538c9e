import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openJournal } from '../../batch/journal/journal.js';
import { reportAllure, reportRebuild } from '../../cli/report.js';
import { tinyProject, type TinyProject } from '../reports/tiny-project.js';
import { flakySpec, mixedSpec } from '../reports/unit-specs.js';

interface Result {
  name: string;
  status: string;
  isRetry?: boolean;
  labels: { name: string; value: string }[];
  parameters: { name: string; value: string }[];
}

/** What the page of a report holds: file name → content. */
async function embedded(page: string): Promise<Map<string, string>> {
  const html = await readFile(page, 'utf8');
  const files = [...html.matchAll(/d\("([^"]+)","([A-Za-z0-9+/=]*)"\)/g)];
  return new Map(
    files.map(([, name = '', content = '']) => [name, Buffer.from(content, 'base64').toString()]),
  );
}

function resultsIn(files: Map<string, string>): Result[] {
  const names = [...files.keys()].filter((name) => name.startsWith('data/test-results/'));
  return names.map((name) => JSON.parse(files.get(name) ?? '') as Result);
}

const labelOf = (result: Result | undefined, name: string) =>
  result?.labels.find((label) => label.name === name)?.value;

describe('the Allure report', () => {
  let project: TinyProject;
  let page: string;
  let files: Map<string, string>;
  before(async () => {
    project = await tinyProject({ 'units.spec.ts': mixedSpec, 'console.log': 'rst:0x1 (POWERON_RESET)\n' });
    await project.run();
    page = await reportAllure(project.results);
    files = await embedded(page);
  });
  after(() => project.close());

  test('is one file that asks nothing of the network', async () => {
    assert.equal(page, join(project.results, 'allure-report', 'index.html'));
    const html = await readFile(page, 'utf8');
    assert.doesNotMatch(html, /<(script|link|img)[^>]+(src|href)="https?:/);
    assert.doesNotMatch(html, /googletagmanager/);
    assert.ok(!(await readdir(join(project.results, 'allure-report'))).some((name) => name.endsWith('.js')));
  });

  test('has one result a unit, with its place, address, release and batch', () => {
    const results = resultsIn(files);
    const slot2 = results.find(({ name }) => name === 'slot2 · 24:6f:28:00:00:02 · provision');
    assert.equal(results.length, 5);
    assert.equal(slot2?.status, 'failed');
    const parameters = Object.fromEntries(slot2?.parameters.map(({ name, value }) => [name, value]) ?? []);
    assert.match(parameters['release'] ?? '', /^demo-1\.2\.0 \([0-9a-f]{12}\)$/);
    assert.deepEqual(
      ['station', 'slot', 'unit', 'batch', 'attempt'].map((name) => parameters[name]),
      ['station1', 'slot2', '24:6f:28:00:00:02', 'run1', '1'],
    );
  });

  test('calls a unit broken when the rig is to blame, also when there was no lease', () => {
    const results = resultsIn(files);
    const slot3 = results.find(({ name }) => name.startsWith('slot3'));
    assert.equal(slot3?.status, 'broken');
    assert.equal(labelOf(slot3, 'code'), 'PORT_LOST');
    const refused = results.find((result) => labelOf(result, 'code') === 'CONFIG_INVALID');
    assert.equal(refused?.status, 'broken');
    assert.equal(labelOf(refused, 'blame'), 'config');
  });

  test('sorts failures by blame and code', () => {
    const { nodes } = JSON.parse(files.get('widgets/categories.json') ?? '') as {
      nodes: Record<string, { name: string; type: string }>;
    };
    const names = Object.values(nodes).map(({ name }) => name);
    for (const name of ['The board is bad', 'code: CHECK_LIMIT', 'The station is bad', 'code: PORT_LOST']) {
      assert.ok(names.includes(name), `${name} in ${names.join(', ')}`);
    }
  });

  test('carries the measurements as a table, the console log and what the run ran on', () => {
    const attachments = [...files].filter(([name]) => name.startsWith('data/attachments/'));
    const table = attachments.find(
      ([name, text]) => name.endsWith('.html') && text.includes('heap_free'),
    )?.[1];
    assert.match(table ?? '', /<tr class="fail"><td>memory<\/td><td>heap_free<\/td><td>9000<\/td>.*≥ 40000/);
    assert.ok(attachments.some(([, text]) => text === 'rst:0x1 (POWERON_RESET)\n'));
    const variables = JSON.parse(files.get('widgets/variables.json') ?? '') as Record<string, string>;
    assert.equal(variables['batch'], 'run1');
    assert.equal(variables['node'], process.versions.node);
    assert.match(files.get('widgets/allure_environment.json') ?? '', /"station1"/);
  });
});

describe('the Allure report of a unit that was tested again', () => {
  test('has one result, with the first attempt as a retry', async () => {
    const project = await tinyProject({ 'units.spec.ts': flakySpec }, { retries: 1 });
    try {
      await project.run();
      const results = resultsIn(await embedded(await reportAllure(project.results)));
      assert.deepEqual(
        results.filter(({ isRetry }) => !isRetry).map(({ status }) => status),
        ['passed'],
      );
      assert.equal(results.length, 2);
    } finally {
      await project.close();
    }
  });
});

describe('a rebuild', () => {
  test('says when there is nothing to make a report from', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rig-report-'));
    await assert.rejects(reportRebuild(folder), /REPORT_FAILED: there is no journal .*journal\.jsonl/);
    await assert.rejects(reportAllure(folder), /REPORT_FAILED: there are no Allure results/);
    await rm(folder, { recursive: true });
  });

  test('waits for no run that is still going, but names it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rig-report-'));
    const journal = await openJournal(join(folder, 'journal.jsonl'), { runId: 'run7' });
    const live = new RegExp(`REPORT_FAILED: run run7 \\(pid ${process.pid}\\) is still going`);
    await assert.rejects(reportRebuild(folder), live);
    await journal.close();
    await rm(folder, { recursive: true });
  });
});
