import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectPartitionTable } from '../../firmware/partition-check.js';
import { buildPartitionTable, parsePartitionTable, type Partition } from '../../firmware/partition-table.js';

/** ESP-IDF's table with a single application; its rows and their MD5 were put together outside of this code. */
const golden = Buffer.concat([
  Buffer.from('aa50010200900000006000006e76730000000000000000000000000000000000', 'hex'),
  Buffer.from('aa50010100f00000001000007068795f696e6974000000000000000000000000', 'hex'),
  Buffer.from('aa5000000000010000001000666163746f727900000000000000000000000000', 'hex'),
  Buffer.from('ebebffffffffffffffffffffffffffff' + 'f4ad4f4538564b5d7435b62c75b69524', 'hex'),
  Buffer.alloc(0xc00 - 4 * 32, 0xff),
]);

const nvs: Partition = partition('nvs', 1, 2, 0x9000, 0x6000);
const phy: Partition = partition('phy_init', 1, 1, 0xf000, 0x1000);
const factory: Partition = partition('factory', 0, 0, 0x10000, 0x100000);
const flash = { sizeBytes: 0x400000 };

function partition(
  label: string,
  type: number,
  subtype: number,
  offset: number,
  sizeBytes: number,
): Partition {
  return { label, type, subtype, offset, sizeBytes, encrypted: false };
}

/** The problems of a table with these rows, as `offset: text`. */
function problems(bytes: Buffer): string[] {
  return inspectPartitionTable(bytes, flash).problems.map(
    ({ offset, what }) => `0x${offset.toString(16)}: ${what}`,
  );
}

function changed(offset: number, bytes: string): Buffer {
  const table = Buffer.from(golden);
  table.write(bytes, offset, 'hex');
  return table;
}

test('the table of ESP-IDF with a single application is read to the last row', () => {
  const table = inspectPartitionTable(golden, flash);
  assert.deepEqual(table, { partitions: [nvs, phy, factory], hasMd5: true, problems: [] });
});

test('building gives the same bytes as the vendor: rows, MD5 row, ff up to 0xc00', () => {
  assert.deepEqual(buildPartitionTable([nvs, phy, factory]), golden);
});

test('a table survives building and reading, flags and odd types too', () => {
  const rows = [
    { ...nvs, encrypted: true },
    factory,
    partition('esp_secure_cert', 0x3f, 6, 0x200000, 0x2000),
    partition('fifteen_letters', 0x40, 0xfe, 0x210000, 0x1000),
  ];
  assert.deepEqual(parsePartitionTable(buildPartitionTable(rows)), {
    partitions: rows,
    hasMd5: true,
    problems: [],
  });
});

test('a table without MD5 row is read, and said to be one', () => {
  const old = Buffer.concat([golden.subarray(0, 96), Buffer.alloc(0xc00 - 96, 0xff)]);
  const table = inspectPartitionTable(old, flash);
  assert.deepEqual([table.hasMd5, table.problems], [false, []]);
});

test('a table that names the areas of bootloader and table itself is right', () => {
  const rows = [
    partition('bootloader', 2, 0, 0x1000, 0x7000),
    partition('table', 3, 0, 0x8000, 0x1000),
    factory,
  ];
  assert.deepEqual(problems(buildPartitionTable(rows)), []);
});

const damages: [string, Buffer, RegExp[]][] = [
  [
    'a row with a wrong magic',
    changed(32, 'ab'),
    [
      /^0x20: the row starts with 0xab 0x50, expected 0xaa 0x50 of a partition, 0xeb 0xeb/,
      /no row is an application/,
    ],
  ],
  [
    'a changed row',
    changed(8, '0070'),
    [/^0x70: the MD5 of the rows is [0-9a-f]{32}, expected [0-9a-f]{32}/, /^0x20:/],
  ],
  ['a changed MD5', changed(0x70, '00'), [/^0x70: the MD5 of the rows is 00[0-9a-f]{30}, expected/]],
  ['a damaged MD5 row', changed(0x64, '00'), [/^0x62: the MD5 row is damaged, expected 14 bytes of ff/]],
  ['a damaged end row', changed(0x84, '00'), [/^0x80: the end row is not all ff/]],
  ['a label that is not text', changed(12, 'c3'), [/^0xc: the label is not readable text/, /^0x70: the MD5/]],
  [
    'a row behind the MD5 row',
    changed(0x80, golden.toString('hex', 0, 32)),
    [
      /^0x80: a row follows the MD5 row/,
      /^0x60: nvs: an earlier row/,
      /^0x60: nvs: 0x9000 to 0xf000 overlaps nvs/,
    ],
  ],
  [
    'a missing end row',
    golden.subarray(0, 128),
    [/^0x80: the table ends without an end row .* expected at 0x80$/],
  ],
  [
    'a table cut off within a row',
    golden.subarray(0, 80),
    [/^0x50: the table ends without an end row/, /application/],
  ],
  ['erased flash', Buffer.alloc(0xc00, 0xff), [/^0x0: the table has no rows/]],
  ['an empty file', Buffer.alloc(0), [/^0x0: the table ends without an end row .* expected at 0x0$/]],
  [
    'a file that is too long',
    Buffer.concat([golden, Buffer.alloc(0x1000, 0xff)]),
    [/^0x1000: the file is 0x1c00 bytes long, expected at most 0x1000/],
  ],
];
for (const [name, bytes, expected] of damages) {
  test(`${name}: the messages say what, where and what was expected`, () => {
    const found = problems(bytes);
    assert.equal(found.length, expected.length, found.join('\n'));
    expected.forEach((pattern, index) => assert.match(found[index] ?? '', pattern));
  });
}

test('rows up to the last byte leave no end row', () => {
  const rows = Array.from({ length: 96 }, () => golden.subarray(0, 32));
  assert.match(
    parsePartitionTable(Buffer.concat(rows)).problems.at(-1)?.what ?? '',
    /no end row within its 0xc00 bytes/,
  );
});

const misfits: [string, Partition[], RegExp[]][] = [
  [
    'a partition over another',
    [nvs, { ...phy, offset: 0xe000 }, factory],
    [/^0x20: phy_init: 0xe000 to 0xf000 overlaps nvs, 0x9000 to 0xf000$/],
  ],
  [
    'a label used twice',
    [nvs, { ...phy, label: 'nvs' }, factory],
    [/^0x20: nvs: an earlier row has the same label/],
  ],
  [
    'an application that is not aligned',
    [{ ...factory, offset: 0x11000 }],
    [/^0x0: factory: offset 0x11000 is not aligned, expected a multiple of 0x10000 for an application$/],
  ],
  [
    'an application of an odd size',
    [{ ...factory, sizeBytes: 0x100800 }],
    [/^0x0: factory: size 0x100800 is wrong, expected a multiple of 0x1000/],
  ],
  [
    'data that is not aligned',
    [{ ...nvs, offset: 0x9100 }, factory],
    [/^0x0: nvs: offset 0x9100 is not aligned, expected a multiple of 0x1000 for a partition$/],
  ],
  [
    'a partition without size',
    [{ ...nvs, sizeBytes: 0 }, factory],
    [/^0x0: nvs: its size is 0, expected more$/],
  ],
  [
    'a partition over the table',
    [{ ...nvs, offset: 0x8000 }, factory],
    [/^0x0: nvs: offset 0x8000 is in the area of bootloader and table, expected 0x9000 or more$/],
  ],
  [
    'a partition behind the flash',
    [{ ...factory, sizeBytes: 0x400000 }],
    [/^0x0: factory: it ends at 0x410000, behind the end of the flash, expected at most 0x400000$/],
  ],
  [
    'no application',
    [nvs, phy],
    [/^0x0: no row is an application \(type 0x00\), expected at least one: nothing could boot$/],
  ],
];
for (const [name, rows, expected] of misfits) {
  test(`${name}: the messages say which row, why, and what was expected`, () => {
    const found = problems(buildPartitionTable(rows));
    assert.equal(found.length, expected.length, found.join('\n'));
    expected.forEach((pattern, index) => assert.match(found[index] ?? '', pattern));
  });
}

test('what does not fit into a table cannot be built', () => {
  assert.throws(
    () => buildPartitionTable(Array.from({ length: 95 }, () => nvs)),
    /a table holds 94 rows, these are 95/,
  );
  assert.throws(() => buildPartitionTable([{ ...nvs, label: 'sixteen_letters_' }]), /at most 15 characters/);
});
