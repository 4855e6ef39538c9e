import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblems } from '../../../rigs/problem.js';
import { batchIn, makeBatchFolder } from './batch-folder.js';

const { write, load, rig } = await makeBatchFolder();
const batch = await write('list.yaml', 'batch: b1\nstations: [bench1]\nunits: { list: units.csv }\n');

async function unitsOf(csv: string | Uint8Array) {
  await write('units.csv', csv);
  return batchIn(await load([batch])).units;
}

async function problemsOf(csv: string | Uint8Array): Promise<string> {
  await write('units.csv', csv);
  const { batch: none, problems } = await load([batch]);
  assert.equal(none, undefined);
  return formatProblems(problems).replaceAll(`${rig.folder}/`, '');
}

test('a row is a unit, with its serial number, MAC, place and further columns', async () => {
  const units = await unitsOf(`serial,mac,station,slot,colour,note
SN-1,24:6F:28:84:00:01,bench1,slot2,red,"first, of ""two"""
SN-2,246f28840002,,,blue,
`);
  assert.deepEqual(units, [
    {
      number: 1,
      serial: 'SN-1',
      mac: '24:6f:28:84:00:01',
      values: { colour: 'red', note: 'first, of "two"' },
      place: { station: 'bench1', slot: 'slot2' },
    },
    { number: 2, serial: 'SN-2', mac: '24:6f:28:84:00:02', values: { colour: 'blue' } },
  ]);
});

test('a byte order mark, CRLF, semicolons and other names of the columns are read as they are written', async () => {
  const units = await unitsOf('\uFEFFSerial Number;Slot\r\nSN-1;slot1\r\n"SN;2";slot2\r\n');
  assert.deepEqual(
    units.map(({ serial, place }) => [serial, place?.slot]),
    [
      ['SN-1', 'slot1'],
      ['SN;2', 'slot2'],
    ],
  );
  assert.equal((await unitsOf('device_id\nD-1\n'))[0]?.serial, 'D-1');
});

test('every bad row is named with its line, also behind rows of several lines', async () => {
  const problems = await problemsOf(`serial,mac,slot,note
SN-1,24:6f:28:84:00:01,slot1,"two
lines"
SN-1,24:6f:28:84:00:02,slot1,
SN-3,24:6f:28:84:00:01,slot1,
SN-4,24:6f:28:84:00,slot1,
,24:6f:28:84:00:05,slot1,
SN-6,,slot9,
SN-7,
SN-8,,slot1,a,b
`);
  assert.deepEqual(problems.split('\n'), [
    'units.csv:4:1 serial: "SN-1" is already the unit of line 2; each unit has its own',
    'units.csv:5:1 mac: "24:6f:28:84:00:01" is already the unit of line 2; each unit has its own',
    'units.csv:6:1 mac: is "24:6f:28:84:00"; a MAC has six pairs of hex digits, 24:6f:28:84:00:01',
    'units.csv:7:1 serial: is missing; every unit has a serial number',
    'units.csv:8:1 slot: there is no slot "slot9" in bench1; did you mean `slot1`? there are `slot1`, `slot2`, `slot3`, `slot4`',
    'units.csv:9:1: has 2 columns, but the header has 4; put values that contain a comma in quotes',
    'units.csv:10:1: has 5 columns, but the header has 4; put values that contain a comma in quotes',
  ]);
});

test('a header that misses or misspells a column is refused', async () => {
  assert.match(
    await problemsOf('name,slot\nSN-1,slot1\n'),
    /units.csv:1:1: has no column with serial numbers/,
  );
  assert.match(
    await problemsOf('seral,slot\nSN-1,slot1\n'),
    /units.csv:1:1 seral: is not a column that is known; did you mean `serial`\?/,
  );
  assert.match(await problemsOf('serial,device_id\n1,2\n'), /device_id: says the same as the column serial/);
  assert.match(await problemsOf('serial,note,note\n1,2,3\n'), /note: stands twice/);
  assert.match(await problemsOf('serial,\n1,2\n'), /column 2 has no name/);
  assert.match(await problemsOf('serial\n'), /has no row with a unit/);
  assert.match(await problemsOf(''), /has no row with a unit/);
});

test('a short column name that is near to a known one is kept as a value, and that is said', async () => {
  await write('units.csv', 'serial,lot\nSN-1,7\n');
  const { units, notices } = batchIn(await load([batch]));
  assert.deepEqual(units[0]?.values, { lot: '7' });
  assert.deepEqual(notices, [
    'units.csv: column lot is kept as a value of the units; it is not taken for slot',
  ]);
});

test('what is no CSV is refused with its line', async () => {
  assert.match(await problemsOf('serial\n"SN-1\nSN-2\n'), /units.csv:\d+:1: not CSV: /);
  assert.match(await problemsOf(Buffer.from([0x73, 0xff, 0x0a, 0x31])), /is not UTF-8/);
});

test('a list that is not there is a problem of the batch file', async () => {
  const other = await write('none.yaml', 'batch: b1\nunits: { list: nowhere.csv }\n');
  assert.match(
    formatProblems((await load([other])).problems),
    /none.yaml:2:16 units.list: there is no unit list .*nowhere.csv; copy it/,
  );
});

test('a list of 100,000 rows is read row by row, and a thousand bad ones are not all listed', async () => {
  const row = (index: number) => `SN-${index},${index.toString(16).padStart(12, '0')},v${index}`;
  const rows = Array.from({ length: 100_000 }, (_, index) => row(index));
  const units = await unitsOf(`serial,mac,value\n${rows.join('\n')}\n`);
  assert.deepEqual(
    [units.length, units[99_999]?.number, units[99_999]?.serial],
    [100_000, 100_000, 'SN-99999'],
  );
  const bad = Array.from({ length: 1000 }, () => 'SN-1');
  const lines = (await problemsOf(`serial\n${bad.join('\n')}\n`)).split('\n');
  assert.equal(lines.length, 101);
  assert.match(lines[100] ?? '', /and 899 more rows are wrong/);
});

test('a serial number that no table and no terminal should show is refused, with its line', async () => {
  const text = await problemsOf(
    'serial\n"=HYPERLINK(""x"")"\n@SUM(1)\n"+1|x!A0"\n"a\nb"\nx\u001b[31m\n+49-1\n-7\n',
  );
  assert.match(text, /^units\.csv:2:.* which a spreadsheet would run as a formula/m);
  assert.match(text, /^units\.csv:3:.*formula/m);
  assert.match(text, /^units\.csv:4:.*formula/m);
  assert.match(text, /^units\.csv:5:.*"a\\nb", with a line end or another control character/m);
  assert.match(text, /^units\.csv:7:.*\\u001b.*control character/m);
  assert.equal(text.trimEnd().split('\n').length, 5);
});

test('targets have serial numbers and MACs of their own, too', async () => {
  const mac = '24:6f:28:84:00:01';
  const target = (host: number, rest: string) => `  - { host: 192.0.2.${host}, ${rest} }\n`;
  const texts = [
    [target(1, 'serial: SN-1'), target(2, 'serial: SN-1'), /has the serial of .*targets\.0/],
    [target(1, `mac: "${mac}"`), target(2, `mac: "${mac.toUpperCase()}"`), /has the mac of .*targets\.0/],
    [target(1, 'serial: "=1"'), target(2, 'serial: SN-2'), /its serial number is "=1", which a spreadsheet/],
  ] as const;
  for (const [one, two, wanted] of texts) {
    const text = `batch: b2\nboard: esp32-node\nrelease: small-1.2.0\nunits:\n  targets:\n${one.replace('  -', '  -')}${two}`;
    const { problems } = await load([await write('targets.yaml', text)]);
    assert.match(formatProblems(problems), wanted);
  }
});
