import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { catalogue } from '../../core/error-catalogue.js';
import { flashDriverKinds } from '../../drivers/flash/flash-driver.js';
import { allSubjects } from '../drivers/contract/all-subjects.js';
import { codesIn, readDriversTable, withTable } from '../drivers/contract/page.js';
import { rows, type Row } from '../drivers/contract/rows.js';
import { verifiedByText } from '../drivers/contract/subject.js';
import { loadTinyRig, tinyRig } from '../rigs/tiny-rig.js';
import { blocksOf, tableRows } from './page.js';

const page = await readFile('docs/drivers.md', 'utf8');
const subjects = await allSubjects();
const drivers = tableRows(page, 'driver');

test('the table of docs/drivers.md has a line for each subject of the contract, with no cell empty', () => {
  const table = readDriversTable(page);
  assert.deepEqual([...table.keys()], [...subjects.keys()]);
  for (const [subject, cells] of table) {
    for (const row of Object.keys(rows) as Row[]) assert.ok(cells.get(row), `${subject}: ${rows[row]}`);
  }
});

test('the table is written as it is read', () => {
  assert.equal(withTable(page, readDriversTable(page)), page);
});

test('a subject is named after what it is', () => {
  for (const [name, { kind, chip }] of subjects) assert.equal(name, `${kind}-${chip}`);
});

test('every code on the page is one of the catalogue', () => {
  for (const code of codesIn(page)) assert.ok(code === 'CODE' || code in catalogue, code);
});

test('the page names every driver, and what each can do is what its subjects show', () => {
  assert.deepEqual(
    drivers.map(([kind]) => kind),
    [...flashDriverKinds],
  );
  for (const [kind = '', boards = '', , can = '', knows = ''] of drivers) {
    // What a described tool can do is said by its description.
    if (kind === 'command') continue;
    for (const subject of subjects.values()) {
      if (subject.kind !== kind) continue;
      const { abilities, verifiedBy, chip } = subject;
      assert.deepEqual(can === '–' ? [] : can.split(', ').sort(), [...abilities].sort(), kind);
      assert.equal(knows, verifiedByText[verifiedBy], kind);
      const named = boards.toLowerCase().replaceAll('-', '');
      assert.ok(
        named.includes(chip) || boards.startsWith('a networked device'),
        `${kind}: ${chip} in "${boards}"`,
      );
    }
  }
});

test('the board file’s line on the page is taken', async (context) => {
  const [line = ''] = blocksOf(page, 'yaml');
  const board = 'rigs/boards/board-a.yaml';
  const { problems } = await loadTinyRig(context, {
    [board]: String(tinyRig[board]).replace(/^flash: .*\n/m, line),
  });
  assert.deepEqual(problems, []);
});
