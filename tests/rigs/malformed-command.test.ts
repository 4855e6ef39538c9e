import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblems, loadTinyRig, type ExpectedProblem } from './tiny-rig.js';

const file = 'boards/board-a.yaml';

/** A board whose tool is described, as it stands in its file. */
const described = `flash:
  driver: command
  size: 2MB
  command:
    install: apt-get install flasher
    args: [flasher, '{port}']
    errors:
      - { pattern: '^no board', code: DUT_SILENT }
    probe: { args: [info], success: '^ok$', identity: '^chip (?<chip>.+)$' }
    write: { args: [put, '{offset}', '{file}'], success: '^put$', progress: '(?<percent>[0-9]+)%' }
    read: { args: [get, '{offset}', '{size}', '{file}'], success: '^got$' }
    erase: { args: [wipe], success: '^wiped$' }
`;

interface Case {
  name: string;
  edit: [string, string];
  problem: Omit<ExpectedProblem, 'file'>;
}

const cases: Case[] = [
  {
    name: 'a placeholder that means nothing is refused with those that there are',
    edit: ["'{offset}', '{file}'], success: '^put$'", "'{ofset}', '{file}'], success: '^put$'"],
    problem: {
      at: "[put, '{ofset}'",
      path: 'flash.command.write.args',
      says: ['{ofset}', 'stands for nothing', 'did you mean `offset`', '`address`'],
    },
  },
  {
    name: 'a placeholder that the call has nothing for is refused',
    edit: ['args: [info]', "args: [info, '{file}']"],
    problem: {
      at: "[info, '{file}']",
      path: 'flash.command.probe.args',
      says: ['{file}', '`probe` has not'],
    },
  },
  {
    name: 'a write without its file is refused',
    edit: ["[put, '{offset}', '{file}']", "[put, '{offset}']"],
    problem: { at: "[put, '{offset}']", path: 'flash.command.write.args', says: ['holds no {file}'] },
  },
  {
    name: 'a pattern that does not compile is refused',
    edit: ["'^no board'", "'^no (board'"],
    problem: {
      at: "'^no (board'",
      path: 'flash.command.errors[0].pattern',
      says: ['is not a regular expression'],
    },
  },
  {
    name: 'a line of success that nothing would match is refused',
    edit: ["'^wiped$'", "'.*'"],
    problem: {
      at: "'.*'",
      path: 'flash.command.erase.success',
      says: ['also matches when nothing was printed'],
    },
  },
  {
    name: 'an error code that nobody knows is refused with the one that was meant',
    edit: ['DUT_SILENT', 'DUT_SILNT'],
    problem: {
      at: 'DUT_SILNT',
      path: 'flash.command.errors[0].code',
      says: ['"DUT_SILNT"', 'did you mean DUT_SILENT', 'docs/errors.md'],
    },
  },
  {
    name: 'a progress pattern without its group is refused',
    edit: ['(?<percent>[0-9]+)%', '([0-9]+)%'],
    problem: { at: "'([0-9]+)%'", path: 'flash.command.write.progress', says: ['(?<percent>…)'] },
  },
  {
    name: 'an identity pattern that finds no chip is refused',
    edit: ['(?<chip>.+)', '(?<id>.+)'],
    problem: { at: "'^chip (?<id>.+)$'", path: 'flash.command.probe.identity', says: ['(?<chip>…)'] },
  },
  {
    name: 'a probe that asks for no chip is refused',
    edit: [", identity: '^chip (?<chip>.+)$'", ''],
    problem: {
      at: '{ args: [info]',
      path: 'flash.command.probe',
      says: ['has no `identity`', 'leave `probe` out'],
    },
  },
  {
    name: 'an identity beside a write is refused',
    edit: ["success: '^wiped$'", "success: '^wiped$', identity: '^(?<chip>x)'"],
    problem: { at: "'^(?<chip>x)'", path: 'flash.command.erase.identity', says: ['belongs to `probe`'] },
  },
  {
    name: 'a board without the tool that its driver needs is refused',
    edit: [described.slice(described.indexOf('  command:')), ''],
    problem: { at: 'command\n  size', path: 'flash.driver', says: ['needs `flash.command`'] },
  },
];

test('a board whose tool is described is good, and its defaults are filled in', async (t) => {
  const { stations, problems } = await loadTinyRig(t, boardWith(['', '']));
  assert.deepEqual(problems, []);
  const command = stations[0]?.slots[0]?.board.flash.command;
  assert.deepEqual(command?.erase, {
    args: ['wipe'],
    success: '^wiped$',
    errors: [],
    exitCodes: [0],
    timeoutMs: 120_000,
    silenceMs: 10_000,
  });
  assert.deepEqual(command?.args, ['flasher', '{port}']);
});

for (const { name, edit, problem } of cases) {
  test(name, async (t) => {
    const rig = await loadTinyRig(t, boardWith(edit));
    assertProblems(rig, [{ file, ...problem }]);
  });
}

test('a call that names no tool is refused', async (t) => {
  const rig = await loadTinyRig(t, {
    [`rigs/${file}`]: [
      [
        'flash: { size: 2MB }\n',
        "flash: { driver: command, size: 2MB, command: { install: x, args: [], write: { success: '^put$' } } }\n",
      ],
    ],
  });
  assert.deepEqual(
    rig.problems.map(({ path, what }) => `${path}: ${what.slice(0, 20)}`),
    ['flash.command.write: names no tool; write', 'flash.command.write.args: holds no {file}, so '],
  );
});

test('a slot that has not what the tool is given is refused', async (t) => {
  const rig = await loadTinyRig(t, {
    ...boardWith(["args: [flasher, '{port}']", "args: [flasher, '{drive}']"]),
  });
  assert.deepEqual(
    rig.problems.map(({ path, what }) => `${path}: ${what}`),
    ['slot1', 'slot2'].map(
      (id, index) =>
        `slots[${index}]: ${id} has no \`bootDrive\`, which {drive} in the tool of board board-a stands for`,
    ),
  );
});

function boardWith([from, to]: [string, string]) {
  const flash = from === '' ? described : described.replace(from, () => to);
  assert.ok(from === '' || flash !== described, `there is no "${from}"`);
  return { [`rigs/${file}`]: [['flash: { size: 2MB }\n', flash]] as [string, string][] };
}
