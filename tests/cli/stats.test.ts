import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { openJournal } from '../../batch/journal/journal.js';
import { addStatsCommand } from '../../cli/stats-command.js';
import { statisticsText } from '../../cli/stats-text.js';
import { makeStatistics } from '../../cli/stats.js';
import { parsedTime } from '../../cli/stats-period.js';
import type { Statistics } from '../../reports/stats/statistics.js';
import { blocksOf } from '../docs/page.js';
import { attemptStart, passed, runHeader } from '../reports/records.js';
import { writeJournal } from '../reports/stats/made-journal.js';
import { madeRecords } from '../reports/stats/made-records.js';
import { board } from '../reports/stats/of-records.js';
import { agrees } from '../reports/stats/six-digits.js';
import { michelson, reference } from '../reports/stats/published.js';

const run = promisify(execFile);
const request = { filter: {}, knownUnits: new Set<string>(), notices: [] };

describe('rig stats', () => {
  let results: string;
  before(async () => {
    results = await mkdtemp(join(tmpdir(), 'rig-stats-'));
    await writeJournal(join(results, 'line3-0412'), madeRecords({ units: 500 }));
    const journal = await openJournal(join(results, 'run2', 'journal.jsonl'), { runId: 'run2' });
    await journal.append('run', runHeader({ runId: 'run2' }));
    await journal.append('attempt-start', attemptStart({ slot: 'slot1', runId: 'run2' }));
    await journal.append('attempt', passed({ slot: 'slot1', runId: 'run2', ...board(70_000) }));
    await journal.append('attempt-start', attemptStart({ slot: 'slot2', runId: 'run2' }));
    await journal.close();
    await symlink('line3-0412', join(results, 'latest'));
  });
  after(() => rm(results, { recursive: true, force: true }));
  before(() => (process.env['RIG_RESULTS'] = results));
  after(() => delete process.env['RIG_RESULTS']);

  /** In this process, which starts no other. */
  const rig = async (...args: string[]): Promise<string> => {
    let written = '';
    const program = new Command();
    addStatsCommand(program, (text) => (written += text));
    await program.parseAsync(['stats', ...args], { from: 'user' });
    return written;
  };
  /** As a person starts it. */
  const started = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    try {
      return { code: 0, ...(await run(process.execPath, ['cli/rig.js', 'stats', ...args])) };
    } catch (thrown) {
      const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  };
  const json = async (...args: string[]) => JSON.parse(await rig('--json', ...args)) as Statistics;

  test('begins with what a line leader wants, of the newest run unless told', async () => {
    const { stdout, code } = await started();
    assert.equal(code, 0);
    const [first = ''] = stdout.split('\n');
    assert.match(
      first,
      /^95\.2 % \(93\.0 … 96\.8 %\) of 500 units passed at the first attempt, 99\.0 % in the end; 926 units\/h; most frequent: FLASH_VERIFY_MISMATCH, .* not like the others: station1\/slot3$/,
    );
  });

  test('prints what docs/statistics.md shows', async () => {
    const page = await readFile('docs/statistics.md', 'utf8');
    const shown = /```text\n\$ npx rig stats results\/line3-0412\n(?<output>[^]*?)```/.exec(page)?.groups?.[
      'output'
    ];
    const stats = await makeStatistics({ ...request, folders: [join(results, 'line3-0412')] });
    assert.equal(shown, statisticsText(stats));
  });

  test('does every command line that docs/statistics.md shows', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'rig-stats-'));
    try {
      const [block = ''] = blocksOf(await readFile('docs/statistics.md', 'utf8'), 'sh');
      const lines = block.trim().split('\n');
      assert.equal(lines.length, 5);
      for (const line of lines) {
        const [command = '', file] = line.replace(/ *#.*/, '').split(' > ');
        const args = command.split(' ').slice(3);
        const written = await rig(...args.map((arg) => arg.replace('stats.html', join(cwd, 'stats.html'))));
        assert.match(written, /line3-0412|^no unit counts|^section,/, line);
        if (file !== undefined) await writeFile(join(cwd, file), written);
      }
      assert.deepEqual((await readdir(cwd)).sort(), ['stats.csv', 'stats.html']);
    } finally {
      await rm(cwd, { recursive: true });
    }
  });

  test('as JSON is what its schema describes, whatever is in it', async () => {
    const schema = JSON.parse(await readFile('reports/stats/stats.schema.json', 'utf8')) as object;
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
    for (const args of [[], ['--all'], ['--since', '2030-01-01']]) {
      assert.ok(validate(await json(...args)), JSON.stringify(validate.errors?.slice(0, 3)));
    }
  });

  test('as CSV has one figure a line', async () => {
    const rows = parse(await rig('--csv'), { columns: true }) as Record<
      'section' | 'name' | 'statistic' | 'value',
      string
    >[];
    const value = (section: string, name: string, statistic: string) =>
      rows.find((row) => row.section === section && row.name === name && row.statistic === statistic)?.value;
    assert.equal(value('yield', 'first_pass', 'count'), '476');
    assert.equal(value('pareto', 'PORT_LOST', 'blame.rig'), '1');
    assert.equal(value('slot', 'station1/slot3', 'differs'), 'true');
    assert.match(
      value('measurement', 'esp32-devkit | demo-1.2.0 | rail_on | V | 3.2 … 3.4', 'overall.centred.value') ??
        '',
      /^1\.58/,
    );
    assert.ok(Number(value('trend', '2026-03-04T06:00:00.000Z', 'n')) > 0);
  });

  test('takes several folders, each once, and all with --all; what has no record is counted as left out', async () => {
    const all = await json('--all');
    assert.deepEqual(all.source.folders, ['line3-0412', 'run2']);
    assert.deepEqual([all.yields.units, all.excluded.unfinishedAttempts], [501, 1]);
    assert.equal((await json('run2', 'latest', join(results, 'run2'))).yields.units, 501);
    const one = await json('--all', '--until', '2026-03-04T06:00:00.500Z');
    assert.deepEqual([one.yields.units, one.excluded.filteredUnits], [1, 500]);
  });

  test('leaves out the golden units of the station files', async () => {
    const rigs = join(results, 'rigs');
    await mkdir(rigs, { recursive: true });
    await run('cp', ['-r', 'rigs/.', rigs]);
    const { device } = board(70_000);
    await appendFile(join(rigs, 'station1.yaml'), `\nselftest: { golden: ['${device?.mac ?? ''}'] }\n`);
    process.env['RIG_RIGS'] = rigs;
    try {
      const { yields, excluded, source } = await json('run2');
      assert.deepEqual([yields.units, excluded.knownUnits, source.notices], [0, 1, []]);
    } finally {
      delete process.env['RIG_RIGS'];
    }
  });

  test('counts a broken journal up to its break, says so, and ends with 1', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'rig-stats-'));
    try {
      const path = await writeJournal(broken, madeRecords({ units: 20 }));
      const lines = (await readFile(path, 'utf8')).split('\n');
      lines.splice(11, 1);
      await writeFile(path, lines.join('\n'));
      const { stdout, code } = await started(broken);
      assert.equal(code, 1);
      assert.match(stdout, /of 4 units passed/);
      assert.match(
        stdout,
        /NOTE: JOURNAL_CORRUPT: .*journal\.jsonl:12: .*; what stands after it does not count/,
      );
    } finally {
      await rm(broken, { recursive: true });
    }
  });

  test('writes the page that --html names, or says why it cannot', async () => {
    const file = join(results, 'stats.html');
    await rig('--html', file);
    const nowhere = join(results, 'no', 'folder.html');
    await assert.rejects(rig('--html', nowhere), /REPORT_FAILED: .*folder\.html cannot be written: ENOENT/);
    assert.match(await readFile(file, 'utf8'), /^<!doctype html>[^]*<h1>Statistics of line3-0412<\/h1>/);
  });

  test('refuses a time that is none, a folder that is not there, and one without a journal, by name', async () => {
    await assert.rejects(
      rig('--since', 'yesterday'),
      /^RigError: CONFIG_INVALID: --since yesterday: no such time; write 2026-03-04/,
    );
    await assert.rejects(rig(results), /REPORT_FAILED: there is no journal /);
    await assert.rejects(rig('nowhere'), /COMMAND_INVALID: there is no folder nowhere/);
  });

  test('agrees with NIST and with an independent calculation on the Michelson data, to six digits', async () => {
    const limits = reference.michelson.limits;
    const folder = join(results, 'michelson');
    const records = michelson.values.map((value, index) => {
      const measurement = {
        name: 'speed',
        value,
        unit: 'Mm/s',
        limits,
        result: 'pass' as const,
        step: 'measure',
      };
      return passed({ ...board(index), unit: index + 1, attemptId: `${index}`, measurements: [measurement] });
    });
    await writeJournal(folder, records);
    const { measurements } = await json(folder);
    const { n, mean, sd, percentiles, within, overall, andersonDarling } = reference.michelson;
    agrees(measurements[0], { description: { n, mean, sd, percentiles }, within, overall });
    agrees(measurements[0]?.description, michelson.certified);
    agrees(measurements[0]?.normality?.statistic, andersonDarling);
  });
});

describe('a time', () => {
  const now = Date.UTC(2026, 2, 4, 12);
  test('may be a day on the wall, a time of its own zone, or a span back from now', () => {
    assert.equal(parsedTime('--since', '2026-03-04', now), new Date(2026, 2, 4).toISOString());
    assert.equal(parsedTime('--since', '2026-03-04T06:00+02:00', now), '2026-03-04T04:00:00.000Z');
    assert.equal(parsedTime('--since', '8h', now), '2026-03-04T04:00:00.000Z');
    assert.equal(parsedTime('--since', '2w', now), '2026-02-18T12:00:00.000Z');
  });
});
