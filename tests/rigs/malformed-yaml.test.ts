import { test } from 'node:test';
import { assertProblems, loadTinyRig, tinyRig, type ExpectedProblem, type RigChanges } from './tiny-rig.js';

const file = 'station1.yaml';
const good = String(tinyRig['rigs/station1.yaml']);

interface Case {
  name: string;
  change: RigChanges[string];
  problems: Omit<ExpectedProblem, 'file'>[];
}

const cases: Case[] = [
  {
    name: 'an empty file is refused with its first line',
    change: '# nothing yet\n',
    problems: [{ path: '', says: ['the file is empty', 'station: station1'] }],
  },
  {
    name: 'a list at the top is refused',
    change: '- station: station1\n',
    problems: [{ path: '', says: ['holds a list', 'begins with `station: station1`'] }],
  },
  {
    name: 'a tab is refused',
    change: [['  - id: slot2\n', '\t- id: slot2\n']],
    problems: [{ at: '\t- id: slot2', path: '', says: ['a tab', 'spaces'] }],
  },
  {
    name: 'a key that stands twice is refused, beside what else is wrong',
    change: [['release: one-1.0.0', 'board: board-b\nrelease: one']],
    problems: [
      { at: 'board: board-b', path: '', says: ['`board` stands twice', 'keep one'] },
      { at: 'one\n', path: 'release', says: ['no release "one"'] },
      { at: 'board-b', path: 'board', says: ['no board "board-b"'] },
    ],
  },
  {
    name: 'a key that stands twice is refused in its own line, also after a comment',
    change: [['powerOn:', 'bench: # later\nbench: virtual\npowerOn:']],
    problems: [
      { at: 'bench: # later', path: '', says: ['`bench` stands twice'] },
      { at: 'bench: virtual\npowerOn', path: '', says: ['`bench` stands twice'] },
    ],
  },
  {
    name: 'a wrong indentation is refused',
    change: [['    boot: { chip: header, line: 5 }', '   boot: { chip: header, line: 5 }']],
    problems: [{ at: '   boot: { chip: header, line: 5 }', path: '', says: ['is indented', 'align it'] }],
  },
  {
    name: 'a bracket that is not closed is refused',
    change: [['settleMs: 20 }', 'settleMs: 20']],
    problems: [{ at: 'limits', path: '', says: ['bracket', 'close it'] }],
  },
  {
    name: 'a second document is refused',
    change: [['slots:\n', '---\nslots:\n']],
    problems: [{ at: '---', path: '', says: ['second document'] }],
  },
  {
    name: 'a reference is refused',
    change: [['path: /dev/serial/by-path/two', 'path: *one']],
    problems: [{ at: '*one', path: '', says: ['reference', 'write the value out'] }],
  },
  {
    name: 'binary data and other typed values are refused',
    change: [['    boot: { chip: header, line: 5 }', '    boot: !!binary aGk=']],
    problems: [
      { at: '!!binary', path: '', says: ['`!` begins a type', 'single quotes'] },
      { at: 'aGk=', path: 'slots[1].boot', says: ['is the text "aGk="'] },
    ],
  },
  {
    name: 'a file in Latin-1 is refused at its first foreign byte',
    change: Buffer.from(good.replace('programme:', '# ±5 %\nprogramme:'), 'latin1'),
    problems: [{ at: '\uFFFD', path: '', says: ['not UTF-8', 'encoding'] }],
  },
];

for (const { name, change, problems } of cases) {
  test(name, async (t) => {
    const rig = await loadTinyRig(t, { 'rigs/station1.yaml': change });
    assertProblems(
      rig,
      problems.map((problem) => ({ file, ...problem })),
    );
  });
}

test('backslashes of a pattern in double quotes are refused with single quotes as the remedy', async (t) => {
  const rig = await loadTinyRig(t, {
    'rigs/boards/board-a.yaml': [["'^heap=(?<value>\\d+)$'", '"^heap=(?<value>\\d+)$"']],
  });
  assertProblems(rig, [
    { file: 'boards/board-a.yaml', at: '\\d+)$"', path: '', says: ['double quotes', 'single quotes'] },
  ]);
});

test('a pattern with a colon and no quotes is refused with quotes as the remedy', async (t) => {
  const rig = await loadTinyRig(t, {
    'rigs/boards/board-a.yaml': [["'App version: +(?<version>\\S+)$'", 'App version: +(?<version>\\S+)$']],
  });
  assertProblems(rig, [
    { file: 'boards/board-a.yaml', at: 'App version', path: '', says: ['`: `', 'single quotes'] },
  ]);
});
