import { test } from 'node:test';
import { assertProblems, loadTinyRig, type ExpectedProblem } from './tiny-rig.js';

const file = 'boards/board-a.yaml';

interface Case {
  name: string;
  edits: [string, string][];
  problems: Omit<ExpectedProblem, 'file'>[];
}

const memory = 'checks[0].commands[0]';

const cases: Case[] = [
  {
    name: 'a board called otherwise than its file is refused',
    edits: [['board: board-a', 'board: board-b']],
    problems: [{ at: 'board-b', path: 'board', says: ['"board-b"', 'board-a.yaml', 'rename'] }],
  },
  {
    name: 'a chip that no driver knows is refused with the chips that are known',
    edits: [['chip: esp32', 'chip: esp31']],
    problems: [{ at: 'esp31', path: 'chip', says: ['esp31', 'did you mean `esp32`', '`esp32c6`'] }],
  },
  {
    name: 'a flash size in words is refused with the ways to write one',
    edits: [['size: 2MB', 'size: 2 megabytes']],
    problems: [{ at: '2 megabytes', path: 'flash.size', says: ['512KB', '4MB'] }],
  },
  {
    name: 'a flash size that is not whole sectors is refused',
    edits: [['size: 2MB', 'size: 2000000']],
    problems: [{ at: '2000000', path: 'flash.size', says: ['2000000 bytes', '4096'] }],
  },
  {
    name: 'an unknown flash driver is refused with the drivers that there are',
    edits: [['{ size: 2MB }', '{ size: 2MB, driver: esptol }']],
    problems: [
      {
        at: 'esptol',
        path: 'flash.driver',
        says: ['"esptol"', 'did you mean `esptool`', '`esptool-js`'],
      },
    ],
  },
  {
    name: 'reading back what the fallback cannot read is refused before it is needed',
    edits: [
      [
        '{ size: 2MB }',
        "{ size: 2MB, fallback: command, command: { install: apt, write: { args: [tool, '{file}'], success: done } } }\nreadBack: { algorithm: md5 }",
      ],
    ],
    problems: [
      {
        at: '{ algorithm: md5',
        path: 'readBack',
        says: ['the driver command cannot read a flash', 'leave `readBack` out'],
      },
    ],
  },
  {
    name: 'an algorithm that nothing knows is refused with those that there are',
    edits: [['{ size: 2MB }', '{ size: 2MB }\nreadBack: { algorithm: crc16 }']],
    problems: [{ at: 'crc16', path: 'readBack.algorithm', says: ['"crc16"', '`crc32`', '`sha256`'] }],
  },
  {
    name: 'a backup that the fallback could not take is refused before it is needed',
    edits: [
      [
        '{ size: 2MB }',
        "{ size: 2MB, fallback: command, command: { install: apt, write: { args: [tool, '{file}'], success: done } } }\nbackup: regions",
      ],
    ],
    problems: [
      { at: 'regions', path: 'backup', says: ['the driver command cannot read a flash', 'backup: none'] },
    ],
  },
  {
    name: 'a rail that is off above on is refused',
    edits: [['offVolts: 0.5', 'offVolts: 5']],
    problems: [{ at: '5 }', path: 'supply.offVolts', says: ['5 V', 'onVolts (4.75 V)'] }],
  },
  {
    name: 'a version pattern without its group is refused with the group',
    edits: [['(?<version>', '(?<number>']],
    problems: [
      { at: "'App version", path: 'boot.version', says: ['no group named version', '(?<version>…)'] },
    ],
  },
  {
    name: 'a measurement pattern without its group is refused with the group',
    edits: [['heap=(?<value>', 'heap=(']],
    problems: [
      { at: "'^heap=", path: `${memory}.measure[0].pattern`, says: ['no group named value', '(?<value>…)'] },
    ],
  },
  {
    name: 'a pattern that does not compile is refused with the reason',
    edits: [["expect: '^OK$'", "expect: '^OK($'"]],
    problems: [
      { at: "'^OK($'", path: `${memory}.expect`, says: ['"^OK($"', 'unterminated group', 'put \\'] },
    ],
  },
  {
    name: 'a pattern that matches silence is refused',
    edits: [["ready: '^ready$'", "ready: '.*'"]],
    problems: [{ at: "'.*'", path: 'boot.ready', says: ['also matches when nothing was printed'] }],
  },
  {
    name: 'limits that no value can keep are refused',
    edits: [['{ min: 1000, max: 9000 }', '{ min: 9000, max: 1000 }']],
    problems: [
      {
        at: '{ min: 9000',
        path: `${memory}.measure[0].limits`,
        says: ['min (9000)', 'max (1000)', 'exchange'],
      },
    ],
  },
  {
    name: 'limits without a limit are refused',
    edits: [['{ min: 1000, max: 9000 }', '{}']],
    problems: [
      { at: '{}', path: `${memory}.measure[0].limits`, says: ['nothing in it', '`min`, `max`, `equals`'] },
    ],
  },
  {
    name: 'a range for a text is refused',
    edits: [['{ equals: good }', '{ min: 3 }']],
    problems: [
      { at: '{ min: 3 }', path: `${memory}.measure[1].limits`, says: ['judge numbers', 'type: number'] },
    ],
  },
  {
    name: 'a number that a text must equal is refused',
    edits: [['{ equals: good }', '{ equals: 51 }']],
    problems: [
      { at: '51 }', path: `${memory}.measure[1].limits.equals`, says: ['the number 51', 'in quotes: "51"'] },
    ],
  },
  {
    name: 'a measurement that is not in snake_case is refused',
    edits: [['name: heap_free', 'name: heapFree']],
    problems: [
      { at: 'heapFree', path: `${memory}.measure[0].name`, says: ['"heapFree"', 'snake_case', 'wifi_rssi'] },
    ],
  },
  {
    name: 'two measurements of one name are refused',
    edits: [['name: verdict', 'name: "heap_free"']],
    problems: [
      { at: '"heap_free"', path: `${memory}.measure[1].name`, says: ['already measured in line 15'] },
    ],
  },
  {
    name: 'a command without an expectation is refused',
    edits: [["        expect: '^OK$'\n", '']],
    problems: [{ at: 'send: mem', path: `${memory}.expect`, says: ['is missing', '^OK$'] }],
  },
  {
    name: 'a check without a required group of keys is refused',
    edits: [["boot:\n  version: 'App version: +(?<version>\\S+)$'\n  ready: '^ready$'\n", '']],
    problems: [{ path: 'boot', says: ['is missing', 'ready: ^ready$'] }],
  },
];

for (const { name, edits, problems } of cases) {
  test(name, async (t) => {
    const rig = await loadTinyRig(t, { [`rigs/${file}`]: edits });
    assertProblems(
      rig,
      problems.map((problem) => ({ file, ...problem })),
    );
  });
}
