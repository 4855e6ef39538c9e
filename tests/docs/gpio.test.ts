import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { catalogue } from '../../core/error-catalogue.js';
import { codesIn, readLineTable, withTable } from '../gpio/contract/page.js';
import { rows, type LineRow } from '../gpio/contract/rows.js';
import { loadTinyRig, tinyRig } from '../rigs/tiny-rig.js';
import { blocksOf, tableRows } from './page.js';

// What the table says is held against the contract by the contract itself; here is that it is whole.

const page = await readFile('docs/gpio.md', 'utf8');

void test('the table of docs/gpio.md has every behaviour of every backend', () => {
  for (const [column, cells] of readLineTable(page)) {
    for (const row of Object.keys(rows) as LineRow[]) assert.ok(cells.get(row), `${column}: ${rows[row]}`);
  }
});

void test('the table is written as it is read', () => {
  assert.equal(withTable(page, readLineTable(page)), page);
});

void test('every code on the page is one of the catalogue', () => {
  for (const code of codesIn(page)) assert.ok(code in catalogue || /^(RIG|CONFIG)_/.test(code), code);
});

void test('the page has a line for each backend', () => {
  assert.deepEqual(
    tableRows(page, 'backend').map(([backend]) => backend),
    ['onoff', 'gpiod', 'bench'],
  );
});

void test('the station file’s line on the page is taken', async (context) => {
  const [line = ''] = blocksOf(page, 'yaml');
  const station = 'rigs/station1.yaml';
  const { problems } = await loadTinyRig(context, { [station]: `${String(tinyRig[station])}${line}` });
  assert.deepEqual(problems, []);
});

void test('the command on the page is run by the gate', async () => {
  const commands = blocksOf(page, 'sh').flatMap((block) => block.trim().split('\n'));
  const gate = (await readFile('.ci/run', 'utf8')).split('\n');
  for (const command of [...commands, 'sh tests/kernel/vm/setup.sh'])
    assert.ok(gate.includes(command), command);
});
