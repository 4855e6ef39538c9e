import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { openLog, type LogOptions } from '../../../batch/run/log-file.js';

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'log-file-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const options = (file: string, more: Partial<LogOptions> = {}): LogOptions => ({
  file,
  level: 'info',
  maxBytes: 1_000_000,
  keep: 3,
  console: false,
  ...more,
});

const linesOf = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('each event is a line with time, level, text and facts, and what is less important is left out', async (t) => {
  const file = join(await folderOf(t), 'logs/batch.log');
  const log = openLog(options(file));
  log.info('unit 17 passed', { station: 'station1', unit: 17, code: undefined });
  log.debug('boot_time = 1.2 s');
  log.error('the lid was opened\nin the middle', { time: 'never', level: 'none' });
  await log.close();
  const [first, second, ...others] = await linesOf(file);
  assert.deepEqual(others, []);
  assert.match(String(first?.['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  delete first?.['time'];
  assert.deepEqual(first, { level: 'info', text: 'unit 17 passed', station: 'station1', unit: 17 });
  assert.equal(second?.['level'], 'error', 'a fact does not stand in for it');
  assert.equal(second['text'], 'the lid was opened\nin the middle');
});

for (const [level, expected] of [
  ['error', ['error']],
  ['warn', ['error', 'warn']],
  ['info', ['error', 'warn', 'info']],
  ['debug', ['error', 'warn', 'info', 'debug']],
] as const) {
  test(`the level ${level} has ${expected.join(', ')}`, async (t) => {
    const file = join(await folderOf(t), 'batch.log');
    const log = openLog(options(file, { level }));
    for (const each of ['error', 'warn', 'info', 'debug'] as const) log[each]('event');
    await log.close();
    assert.deepEqual(
      (await linesOf(file)).map((line) => line['level']),
      expected,
    );
  });
}

test('a log that has grown to its size is begun anew, and so many old ones are kept, the newest first', async (t) => {
  const folder = await folderOf(t);
  const file = join(folder, 'batch.log');
  const log = openLog(options(file, { maxBytes: 1000, keep: 2 }));
  for (let number = 0; number < 60; number += 1) log.info(`event ${String(number).padStart(3, '0')}`);
  await log.close();
  assert.deepEqual((await readdir(folder)).sort(), ['batch.log', 'batch.log.1', 'batch.log.2']);
  const numbers: number[] = [];
  for (const name of ['batch.log.2', 'batch.log.1', 'batch.log']) {
    assert.ok((await stat(join(folder, name))).size < 1100);
    const text = await readFile(join(folder, name), 'utf8');
    numbers.push(...[...text.matchAll(/event (\d+)/g)].map(([, number]) => Number(number)));
  }
  const first = numbers[0] ?? -1;
  assert.ok(first > 0, 'the oldest are gone');
  assert.deepEqual(
    numbers,
    Array.from({ length: 60 - first }, (_, index) => first + index),
    'nothing between is lost',
  );
});

test('without old ones to keep there is one file', async (t) => {
  const folder = await folderOf(t);
  const log = openLog(options(join(folder, 'batch.log'), { maxBytes: 300, keep: 0 }));
  for (let number = 0; number < 20; number += 1) log.info(`event ${number}`);
  await log.close();
  assert.ok((await readdir(folder)).every((name) => name === 'batch.log'));
});

test('a log goes on where an earlier run has left it', async (t) => {
  const file = join(await folderOf(t), 'batch.log');
  for (const text of ['first run', 'second run']) {
    const log = openLog(options(file));
    log.info(text);
    await log.close();
  }
  assert.deepEqual(
    (await linesOf(file)).map(({ text }) => text),
    ['first run', 'second run'],
  );
});

test('a log that cannot be written is said once and hurts nobody', async (t) => {
  const folder = await folderOf(t);
  await writeFile(join(folder, 'logs'), 'a file where the folder should be');
  const said: string[] = [];
  const log = openLog(options(join(folder, 'logs/batch.log'), { write: (text) => void said.push(text) }));
  for (let number = 0; number < 5; number += 1) log.error(`event ${number}`);
  await log.close();
  await log.close();
  log.error('after the end');
  assert.equal(said.length, 1, said.join(''));
  assert.match(said[0] ?? '', /^the log .*logs\/batch\.log cannot be written: .+/);
});

test('a log goes on when its disk does, and says how many events it has lost', async (t) => {
  const folder = await folderOf(t);
  await writeFile(join(folder, 'logs'), 'a file where the folder should be');
  const said: string[] = [];
  const file = join(folder, 'logs/batch.log');
  const log = openLog(options(file, { write: (text) => void said.push(text) }));
  log.info('lost');
  while (said.length === 0) await turn();
  log.info('lost too');
  await rm(join(folder, 'logs'));
  const later = performance.now() + 60_000;
  t.mock.method(performance, 'now', () => later);
  log.info('written');
  await log.close();
  const texts = (await linesOf(file)).map(({ text }) => text);
  assert.deepEqual(texts, ['2 events were lost', 'written']);
  assert.equal(said.length, 1);
});

test('what is no file is said once', async () => {
  const said: string[] = [];
  const log = openLog(options('/dev/null', { write: (text) => void said.push(text) }));
  for (let number = 0; number < 5; number += 1) log.info(`event ${number}`);
  await log.close();
  assert.equal(said.length, 1, said.join(''));
  assert.match(said[0] ?? '', /not a file/);
});

test('the console gets plain text', async (t) => {
  const said: string[] = [];
  const file = join(await folderOf(t), 'batch.log');
  const log = openLog(options(file, { console: true, write: (text) => void said.push(text) }));
  log.warn('gate \x1b[31mmaxFailureRate\x1b[0m was missed', { percent: 20 });
  log.debug('not wanted');
  await log.close();
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /^\d\d:\d\d:\d\d warn {2}gate maxFailureRate was missed percent=20\n$/);
});
