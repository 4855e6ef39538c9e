import { test } from 'node:test';
import { assertProblems, loadTinyRig, type ExpectedProblem, type RigChanges } from './tiny-rig.js';

const station = 'station1.yaml';
const hardware: [string, string][] = [
  ['bench: virtual\n', ''],
  ['seed: 7\n', ''],
  ['faults:\n  - { kind: dead, slots: [slot2] }\n', ''],
];

interface Case {
  name: string;
  edits: [string, string][];
  more?: RigChanges;
  problems: Omit<ExpectedProblem, 'file'>[];
}

const cases: Case[] = [
  {
    name: 'an unknown key is refused with the key that was meant',
    edits: [['limits:', 'limit:']],
    problems: [{ at: 'limit:', path: 'limit', says: ['is not a key here', 'did you mean `limits`'] }],
  },
  {
    name: 'a key one level too high is sent to where it belongs',
    edits: [['programme: [provision]', 'programme: [provision]\nstaggerMs: 5']],
    problems: [
      { at: 'staggerMs: 5', path: 'staggerMs', says: ['is not a key here', 'belongs into `powerOn`'] },
    ],
  },
  {
    name: 'a text in place of a number is refused with an example',
    edits: [['baudRate: 115200', 'baudRate: fast']],
    problems: [
      {
        at: 'fast',
        path: 'slots[0].serial.baudRate',
        says: ['the text "fast"', 'a whole number is needed', '115200'],
      },
    ],
  },
  {
    name: 'a driver of a slot that cannot take the backup of its board is refused',
    edits: [['id: slot1\n', 'id: slot1\n    driver: command\n']],
    more: {
      'rigs/boards/board-a.yaml': [
        [
          'flash: { size: 2MB }',
          "backup: whole\nflash: { size: 2MB, command: { install: apt, write: { args: [tool, '{file}'], success: done } } }",
        ],
      ],
    },
    problems: [
      {
        at: 'command\n',
        path: 'slots[0].driver',
        says: ['the driver command cannot read a flash', 'board-a'],
      },
    ],
  },
  {
    name: 'two ways into the loader are one too many',
    edits: [...hardware, ['path: /dev/serial/by-path/two', 'path: /dev/serial/by-path/two, autoReset: true']],
    problems: [
      {
        at: 'true }\n    power: { chip: relays, line: 2 }',
        path: 'slots[1].serial.autoReset',
        says: ['the boot line', 'keep one'],
      },
    ],
  },
  {
    name: 'an adapter’s lines are no way into the loader of a virtual board',
    edits: [
      ['path: /dev/serial/by-path/two', 'path: /dev/serial/by-path/two, autoReset: true'],
      ['    boot: { chip: header, line: 5 }\n', ''],
    ],
    problems: [
      {
        at: 'true }\n    power: { chip: relays, line: 2 }',
        path: 'slots[1].serial.autoReset',
        says: ['no DTR and RTS', 'boot line'],
      },
    ],
  },
  {
    name: 'a number in quotes is told from a text',
    edits: [['line: 5', 'line: "5"']],
    problems: [{ at: '"5"', path: 'slots[1].boot.line', says: ['take the quotes away'] }],
  },
  {
    name: 'yes is not true',
    edits: [['activeLow: true', 'activeLow: yes']],
    problems: [{ at: 'yes', path: 'slots[0].power.activeLow', says: ['the text "yes"', 'write true'] }],
  },
  {
    name: 'a missing key is named with an example',
    edits: [['programme: [provision]\n', '']],
    problems: [{ path: 'programme', says: ['is missing', 'add it, for example `programme: [ provision ]`'] }],
  },
  {
    name: 'a key without a value is named',
    edits: [['board: board-a', 'board:']],
    problems: [{ at: '\nrelease:', path: 'board', says: ['has no value', 'esp32-devkit'] }],
  },
  {
    name: 'a value outside of a choice is refused with the choices',
    edits: [['bench: virtual', 'bench: virtal']],
    problems: [{ at: 'virtal', path: 'bench', says: ['"virtal"', 'did you mean `virtual`'] }],
  },
  {
    name: 'a number below its range is refused with the range',
    edits: [['staggerMs: 10', 'staggerMs: -5']],
    problems: [{ at: '-5', path: 'powerOn.staggerMs', says: ['is -5', 'at least 0'] }],
  },
  {
    name: 'a baud rate of no adapter is refused',
    edits: [['baudRate: 115200', 'baudRate: 12500000']],
    problems: [
      { at: '12500000', path: 'slots[0].serial.baudRate', says: ['is 12500000', 'at most 4000000'] },
    ],
  },
  {
    name: 'a baud rate of 0 is refused',
    edits: [['baudRate: 115200', 'baudRate: 0']],
    problems: [{ at: '0 }\n    power', path: 'slots[0].serial.baudRate', says: ['is 0', 'at least 1200'] }],
  },
  {
    name: 'a station without slots is refused',
    edits: [['slots:\n', 'slots: []\nrest:\n']],
    problems: [
      { at: '[]', path: 'slots', says: ['empty list', 'at least one'] },
      { at: 'rest', path: 'rest', says: ['is not a key here'] },
    ],
  },
  {
    name: 'a station called otherwise than its file is refused',
    edits: [['station: station1', 'station: station2']],
    problems: [{ at: 'station2', path: 'station', says: ['"station2"', 'station1.yaml', 'rename'] }],
  },
  {
    name: 'an unknown board is refused with the boards that there are',
    edits: [['board: board-a', 'board: bord-a']],
    problems: [{ at: 'bord-a', path: 'board', says: ['no board "bord-a"', 'did you mean `board-a`'] }],
  },
  {
    name: 'an unknown release of one slot is refused at that slot',
    edits: [['  - id: slot2\n', '  - id: slot2\n    release: two-2.0.0\n']],
    problems: [
      { at: 'two-2.0.0', path: 'slots[1].release', says: ['no release "two-2.0.0"', '`one-1.0.0`'] },
    ],
  },
  {
    name: 'a programme without a spec is refused with the specs that there are',
    edits: [['[provision]', '[provision, dettect]']],
    problems: [
      {
        at: 'dettect',
        path: 'programme[1]',
        says: ['specs/dettect.spec.ts', 'did you mean `detect`', '`provision`'],
      },
    ],
  },
  {
    name: 'a programme that stands twice is refused',
    edits: [['[provision]', '[provision, provision]']],
    problems: [{ at: 'provision]', path: 'programme[1]', says: ['stands twice', 'remove one'] }],
  },
  {
    name: 'two slots with one id are refused',
    edits: [
      ['id: slot2', 'id: slot1'],
      ['slots: [slot2]', 'slots: [slot1]'],
    ],
    problems: [
      {
        at: 'slot1\n    serial: { path: /dev/serial/by-path/two',
        path: 'slots[1].id',
        says: ['already the slot of line 12', 'an id of its own'],
      },
    ],
  },
  {
    name: 'two slots on one serial port are refused',
    edits: [['by-path/two', 'by-path/one']],
    problems: [
      {
        at: '/dev/serial/by-path/one }',
        path: 'slots[1].serial.path',
        says: ['/dev/serial/by-path/one', 'serial port of slot1 (line 13)', 'one of its own'],
      },
    ],
  },
  {
    name: 'two outputs of two slots on one line are refused',
    edits: [['line: 5', 'line: 4']],
    problems: [
      {
        at: '{ chip: header, line: 4 }\n    meter: { hwmon: /sys/class/hwmon/hwmon2',
        path: 'slots[1].boot',
        says: ['header/4', 'fail lamp of slot1 (line 19)', 'boot line of slot2'],
      },
    ],
  },
  {
    name: 'a line of the operator that is a slot’s too is refused',
    edits: [
      [
        'slots:\n',
        'operator: { lid: { chip: header, line: 2 }, buzzer: { chip: panel, line: 1 } }\nslots:\n',
      ],
    ],
    problems: [
      {
        at: '{ chip: header, line: 2 }\n',
        path: 'slots[0].reset',
        says: ['header/2', 'lid of station1 (line', 'reset line of slot1'],
      },
    ],
  },
  {
    name: 'two outputs of one slot on one line are refused',
    edits: [['reset: { chip: header, line: 2 }', 'reset: { chip: header, line: 1 }']],
    problems: [
      {
        at: '{ chip: header, line: 1 }\n    lamps',
        path: 'slots[0].reset',
        says: ['boot line of slot1', 'reset line of slot1'],
      },
    ],
  },
  {
    name: 'two slots on one meter input are refused',
    edits: [['{ hwmon: /sys/class/hwmon/hwmon2,', '{  hwmon: /sys/class/hwmon/hwmon1,']],
    problems: [
      { at: '{  hwmon', path: 'slots[1].meter', says: ['hwmon1/in1_input', 'meter of slot1 (line 20)'] },
    ],
  },
  {
    name: 'a port by number is refused on hardware',
    edits: [...hardware, ['/dev/serial/by-path/two', '/dev/ttyUSB3']],
    problems: [
      {
        at: '/dev/ttyUSB3',
        path: 'slots[1].serial.path',
        says: ['/dev/ttyUSB3', 'ls -l /dev/serial/by-path'],
      },
    ],
  },
  {
    name: 'faults and seed are refused on hardware',
    edits: [['bench: virtual\n', '']],
    problems: [
      { at: 'seed', path: 'seed', says: ['only virtual boards', 'bench: virtual'] },
      { at: 'faults', path: 'faults', says: ['only virtual boards', 'bench: virtual'] },
    ],
  },
  {
    name: 'a fault of a slot that does not exist is refused',
    edits: [['slots: [slot2]', 'slots: [slot3]']],
    problems: [{ at: 'slot3', path: 'faults[0].slots[0]', says: ['no slot "slot3"', '`slot1`, `slot2`'] }],
  },
  {
    name: 'an unknown fault is refused with the faults that there are',
    edits: [['kind: dead', 'kind: ded']],
    problems: [{ at: 'ded', path: 'faults[0].kind', says: ['"ded"', 'did you mean `dead`', '`bad-cell`'] }],
  },
  {
    name: 'a fault without its argument is refused',
    edits: [['kind: dead', 'kind: bad-cell']],
    problems: [{ at: '{ kind: bad-cell', path: 'faults[0].address', says: ['is missing', '131072'] }],
  },
  {
    name: 'a power switch that is reached in two ways is refused',
    edits: [['chip: relays, line: 2 ', "chip: relays, line: 2, hub: '1-1' "]],
    problems: [{ at: '{ chip: relays, line: 2,', path: 'slots[1].power', says: ['one of three', '`hub`'] }],
  },
  {
    name: 'a hub without its port is refused',
    edits: [['chip: relays, line: 2 ', "hub: '1-1' "]],
    problems: [{ at: "{ hub: '1-1' }", path: 'slots[1].power.port', says: ['is missing', '3'] }],
  },
  {
    name: 'a hub whose place is no place is refused once',
    edits: [['chip: relays, line: 2 ', 'hub: first, port: 1 ']],
    problems: [{ at: 'first', path: 'slots[1].power.hub', says: ['"first"', '1-1.2'] }],
  },
  {
    name: 'two slots behind one port of a hub are refused',
    edits: [
      ['chip: relays, line: 1, activeLow: true', "hub: '1-1', port: 2"],
      ['chip: relays, line: 2 ', "port: 2, hub: '1-1' "],
    ],
    problems: [
      { at: "{ port: 2, hub: '1-1' }", path: 'slots[1].power', says: ['USB hub 1-1 port 2', 'slot1'] },
    ],
  },
  {
    name: 'a meter that is no meter is refused',
    edits: [['hwmon: /sys/class/hwmon/hwmon2, ', '']],
    problems: [{ at: '{ volts: in1_input }', path: 'slots[1].meter', says: ['one of three', '`scpi`'] }],
  },
  {
    name: 'five mistakes in one file are five problems',
    edits: [
      ['programme: [provision]', 'programme: provision'],
      ['settleMs: 20', 'settleMs: 2.5'],
      ['id: slot2', 'id: slot 2'],
      ['slots: [slot2]', 'slots: [slot1]'],
      ['chip: relays, line: 2 ', 'chip: relays '],
      ['by-path/two', 'by-path/one'],
    ],
    problems: [
      { at: 'provision', path: 'programme', says: ['the text "provision"', 'a list is needed'] },
      { at: '2.5', path: 'powerOn.settleMs', says: ['the number 2.5', 'a whole number'] },
      { at: 'slot 2', path: 'slots[1].id', says: ['"slot 2"', 'letters, digits'] },
      { at: '{ chip: relays }', path: 'slots[1].power.line', says: ['is missing', '17'] },
      { at: '/dev/serial/by-path/one }', path: 'slots[1].serial.path', says: ['slot1 (line 13)'] },
    ],
  },
];

for (const { name, edits, more, problems } of cases) {
  test(name, async (t) => {
    const rig = await loadTinyRig(t, { 'rigs/station1.yaml': edits, ...more });
    assertProblems(
      rig,
      problems.map((problem) => ({ file: station, ...problem })),
    );
  });
}
