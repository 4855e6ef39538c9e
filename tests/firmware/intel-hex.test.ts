import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildIntelHex, inspectIntelHex } from '../../firmware/intel-hex.js';
import { filler } from './programs.js';

/** Two small sections and a start address, put together by hand from the specification. */
const handMade = [
  ':10010000214601360121470136007EFE09D2190140',
  ':02000004080CE6',
  ':0400000001020304F2',
  ':040000050000019066',
  ':00000001FF',
].join('\r\n');

const problemsOf = (text: string) => inspectIntelHex(Buffer.from(text, 'latin1')).problems;

test('segments, upper addresses and the start address are read, with either line end', () => {
  for (const text of [handMade, handMade.replaceAll('\r\n', '\n'), `${handMade}\r\n`]) {
    const { problems, segments, entry } = inspectIntelHex(Buffer.from(text));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      segments.map(({ address, data }) => [address, data.toString('hex')]),
      [
        [0x100, '214601360121470136007efe09d21901'],
        [0x080c0000, '01020304'],
      ],
    );
    assert.equal(entry, 0x190);
  }
});

test('empty lines and blanks behind a record mean nothing', () => {
  const text = `\r\n\n${handMade.replaceAll('\r\n', ' \t\r\n')}\n\n`;
  assert.deepEqual(problemsOf(text), []);
});

test('segmented addresses count in paragraphs', () => {
  const text = ':020000021200EA\n:0100100041AE\n:0400000300003800C1\n:00000001FF\n';
  const { problems, segments, entry } = inspectIntelHex(Buffer.from(text));
  assert.deepEqual(problems, []);
  assert.deepEqual([segments[0]?.address, entry], [0x12010, 0x3800]);
});

test('what is built is read back, over the boundaries of 64 KiB', () => {
  const data = filler(70_000);
  const { problems, segments } = inspectIntelHex(
    buildIntelHex([
      { address: 0x10, data: data.subarray(0, 5) },
      { address: 0x0800fff5, data },
    ]),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    segments.map(({ address, data: bytes }) => [address, bytes.length]),
    [
      [0x10, 5],
      [0x0800fff5, 70_000],
    ],
  );
  assert(segments[1]?.data.equals(data));
  assert.throws(() => buildIntelHex([{ address: 0xfffffff0, data }]), RangeError);
});

const mistakes: [string, string, RegExp][] = [
  ['a wrong checksum', handMade.replace('F2', 'F3'), /^line 3: its checksum is 0xf3, expected 0xf2/],
  ['a changed byte', handMade.replace('2146', '2147'), /^line 1: its checksum is 0x40, expected 0x3f/],
  [
    'a line cut short',
    handMade.replace('D2190140', 'D219'),
    /^line 1: it announces 16 data bytes, so 42 hex digits, but has 38/,
  ],
  [
    'half a byte',
    handMade.replace('D2190140', 'D219014'),
    /^line 1: it announces 16 data bytes, so 42 hex digits, but has 41/,
  ],
  [
    'a line of nothing but a start',
    handMade.replace(':0400000001020304F2', ':0400'),
    /^line 3: it has 4 hex digits, expected at least 10/,
  ],
  [
    'a stranger among the digits',
    handMade.replace('1901', '19O1'),
    /^line 1: column 40 is "O", expected hex digits only/,
  ],
  [
    'a line that is something else',
    handMade.replace(':0400000001', '0400000001'),
    /^line 3: it begins with "0", expected a colon/,
  ],
  [
    'an unknown record',
    handMade.replace(':00000001FF', ':00000006FA\n:00000001FF'),
    /^line 5: its record type is 0x06/,
  ],
  [
    'an address record of the wrong length',
    handMade.replace(':02000004080CE6', ':0100000408F3'),
    /^line 2: a record of type 0x04 has 1 data bytes, expected 2/,
  ],
  ['data behind the end', `${handMade}\n:0100000041BE`, /^line 6: it stands behind the end record of line 5/],
  ['a missing end', handMade.replace(':00000001FF', ''), /^the end record :00000001FF is missing/],
  [
    'two records in one place',
    handMade.replace(':02000004080CE6', ':0101080041B5'),
    /^line 2: its data at 0x108 goes over that of line 1/,
  ],
  [
    'data past the last segment byte',
    ':020000021000EC\n:02FFFF0041427D\n:00000001FF',
    /^line 2: its data goes on past 0x1ffff/,
  ],
  [
    'two start addresses',
    handMade.replace(':00000001FF', ':040000050000019066\n:00000001FF'),
    /^line 5: it is a second start address/,
  ],
  ['no data at all', ':00000001FF\n', /^there is no data record/],
  ['an empty file', '', /^the end record :00000001FF is missing/],
];
for (const [name, text, pattern] of mistakes) {
  test(`${name} is told with its line`, () => {
    const problems = problemsOf(text);
    assert(
      problems.some(({ what }) => pattern.test(what)),
      JSON.stringify(problems),
    );
    for (const { offset } of problems) assert(offset >= 0 && offset <= text.length);
  });
}

test('a file of something else is given up after twenty lines', () => {
  const problems = problemsOf('hello\n'.repeat(1000));
  assert.equal(problems.length, 22);
  assert.match(problems.at(-2)?.what ?? '', /not looked at any more: is this an Intel HEX file\?/);
});
