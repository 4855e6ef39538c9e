import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildUf2, inspectUf2, uf2Families } from '../../firmware/uf2.js';
import { filler } from './programs.js';

const rp2040 = uf2Families['rp2040'] ?? 0;
const data = filler(1500);
const good = buildUf2([{ address: 0x10000000, data }], rp2040);

/** The good file with words replaced: `[block, offset in the block, value]`. */
function changed(...words: [number, number, number][]): Buffer {
  const bytes = Buffer.from(good);
  for (const [block, at, value] of words) bytes.writeUInt32LE(value, block * 512 + at);
  return bytes;
}

const blocks = (...indices: number[]) =>
  Buffer.concat(indices.map((index) => good.subarray(index * 512, index * 512 + 512)));

test('what is built is read back, its last page filled up with FF', () => {
  const report = inspectUf2(good, { familyId: rp2040 });
  assert.deepEqual(report.problems, []);
  assert.deepEqual([report.familyId, report.blocks, report.segments.length], [0xe48bff56, 6, 1]);
  const [segment] = report.segments;
  assert.equal(segment?.address, 0x10000000);
  assert(segment?.data.subarray(0, 1500).equals(data));
  assert(segment?.data.subarray(1500).every((byte) => byte === 0xff));
});

test('a block is laid out as the specification says', () => {
  const first = good.subarray(0, 512);
  assert.equal(first.toString('latin1', 0, 4), 'UF2\n');
  const words = Array.from({ length: 8 }, (_, index) => first.readUInt32LE(index * 4));
  assert.deepEqual(words, [0x0a324655, 0x9e5d5157, 0x2000, 0x10000000, 256, 0, 6, 0xe48bff56]);
  assert.equal(first.readUInt32LE(508), 0x0ab16f30);
});

test('segments may begin within a page, and their blocks may come in any order', () => {
  const parts = buildUf2(
    [
      { address: 0x10001010, data: Buffer.from('later') },
      { address: 0x10000000, data: Buffer.from('first') },
    ],
    rp2040,
  );
  const { problems, segments } = inspectUf2(parts);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    segments.map(({ address }) => address),
    [0x10000000, 0x10001000],
  );
  assert.deepEqual(inspectUf2(blocks(3, 0, 5, 1, 4, 2)).problems, []);
  const inOnePage = [0x10000000, 0x10000080].map((address) => ({ address, data: Buffer.from('x') }));
  assert.throws(() => buildUf2(inOnePage, rp2040), RangeError);
});

test('the block against erratum E10 of the RP2350 is passed over', () => {
  const guard = Buffer.from(blocks(0));
  for (const [at, value] of [
    [8, 0xa000],
    [12, 0x10ffff00],
    [24, 2],
    [28, 0xe48bff57],
    [288, 0x9957e304],
  ] as const)
    guard.writeUInt32LE(value, at);
  const arm = buildUf2([{ address: 0x10000000, data }], uf2Families['rp2350'] ?? 0);
  assert.deepEqual(inspectUf2(Buffer.concat([guard, arm]), { familyId: 0xe48bff59 }).problems, []);
});

test('comments that are not for flash are no contents, and the ROM does not count them', () => {
  const comment = changed([0, 8, 0x2001]).subarray(0, 512);
  const added = inspectUf2(Buffer.concat([blocks(0, 1, 2, 3, 4, 5), comment]));
  assert.deepEqual(added.problems, []);
  assert.equal(added.segments[0]?.data.length, 6 * 256);
  const counted = inspectUf2(changed([5, 8, 0x2001]));
  assert.match(counted.problems[0]?.what ?? '', /^block number 5 is missing/);
});

const mistakes: [string, Buffer, RegExp, number?][] = [
  ['a missing block', blocks(0, 1, 3, 4, 5), /^block number 2 is missing, expected the numbers 0 to 5/, 2560],
  ['several missing blocks', blocks(0, 3), /^block number 1 is missing and 3 more/, 1024],
  [
    'a block that stands twice',
    blocks(0, 1, 2, 2, 3, 4, 5),
    /^block 3 has the number 2 of block 2 again/,
    1556,
  ],
  [
    'a number beyond the count',
    changed([2, 20, 9]),
    /^block 2 has the number 9, expected less than the count 6/,
    1044,
  ],
  ['a count of its own', changed([2, 24, 7]), /^block 2 says that there are 7 blocks, expected 6/, 1048],
  [
    'a wrong first magic word',
    changed([1, 0, 0x0a324654]),
    /^block 1: the first magic word is 0x0a324654, expected 0x0a324655/,
    512,
  ],
  ['a wrong second magic word', changed([1, 4, 0]), /^block 1: the second magic word is 0x00000000/, 516],
  ['a wrong last magic word', changed([5, 508, 1]), /^block 5: the last magic word is 0x00000001/, 3068],
  [
    'unknown flags',
    changed([0, 8, 0x2010]),
    /^block 0: the flags are 0x00002010, of which 0x10 means nothing/,
    8,
  ],
  ['a file container', changed([0, 8, 0x3000]), /^block 0: it is a part of a file container/, 8],
  ['another payload', changed([0, 16, 476]), /^block 0: the payload is 476 bytes long, expected 256/, 16],
  [
    'an address within a page',
    changed([0, 12, 0x10000010]),
    /^block 0: the address is 0x10000010, expected a multiple of 0x100/,
    12,
  ],
  [
    'two blocks for one place',
    changed([1, 12, 0x10000000]),
    /^block 1 goes to 0x10000000, where block 0 goes too/,
    524,
  ],
  [
    'another family',
    changed([3, 28, 0xada52840]),
    /^block 3 has the family 0xada52840 \(nrf52840\), expected 0xe48bff56 \(rp2040\)/,
    1564,
  ],
  ['no family', changed([3, 8, 0]), /^block 3 has no family, expected 0xe48bff56 \(rp2040\)/, 1564],
  ['a truncated file', good.subarray(0, 1500), /^476 bytes are left behind 2 whole blocks/, 1024],
  ['an empty file', Buffer.alloc(0), /^the file is empty, expected UF2 blocks/, 0],
];
for (const [name, bytes, pattern, offset] of mistakes) {
  test(`${name} is told with its block and offset`, () => {
    const { problems } = inspectUf2(bytes);
    const found = problems.find(({ what }) => pattern.test(what));
    assert(found, JSON.stringify(problems));
    assert.equal(found.offset, offset);
  });
}

test('a count that is far too large does not take long', () => {
  const bytes = changed(
    ...[0, 1, 2, 3, 4, 5].map((index): [number, number, number] => [index, 24, 0xffffffff]),
  );
  assert.match(inspectUf2(bytes).problems[0]?.what ?? '', /^block number 6 is missing and 4294967288 more/);
});
