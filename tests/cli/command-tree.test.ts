import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { commandTree, type CommandNode } from '../../cli/command-tree.js';
import { buildProgram } from '../../cli/program.js';
import { parseOnly } from './parse-only.js';
import { rig } from './rig.js';

/** Every command that does something, with its words. */
function leaves(command: Command, path: readonly string[] = []): { path: string[]; command: Command }[] {
  const nested = command.createHelp().visibleCommands(command);
  const below = nested.flatMap((each) => leaves(each, [...path, each.name()]));
  const isGroup = nested.length > 0 && command.registeredArguments.length === 0;
  return isGroup || path.length === 0 ? below : [{ path: [...path], command }, ...below];
}

/** What `--help` prints, with what was added to it. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

const commands = leaves(buildProgram());

describe('the tree of commands', () => {
  test('has every command of the rig', () => {
    const names = commands.map(({ path }) => path.join(' '));
    const wanted = [
      'run',
      'detect',
      'rollback',
      ...['create', 'start', 'list', 'status', 'pause', 'resume', 'cancel', 'retry', 'report'].map(
        (name) => `batch ${name}`,
      ),
      'checkpoint list',
      'checkpoint validate',
      'report',
      'report rebuild',
      'stats',
      'journal',
      'results list',
      'results prune',
      'diagnose',
      'explain',
      ...['validate', 'inspect', 'sign', 'keygen'].map((name) => `firmware ${name}`),
      'doctor',
      'discover',
      'map',
      'bench',
      'help',
      'completion',
    ];
    assert.deepEqual(names.sort(), wanted.sort());
  });

  test('`run` has every flag that batch flashing tools share', () => {
    const run = commandTree(buildProgram()).commands.find(({ name }) => name === 'run');
    const flags = new Set(run?.flags.map(({ flag }) => flag));
    for (const name of [
      ...[
        'batch-config',
        'batch-mode',
        'devices',
        'firmware',
        'protocol',
        'parallel-jobs',
        'batch-size',
        'station',
      ],
      ...['test-mode', 'conditional-flash', 'current-version-field', 'power-cycle-pin', 'power-cycle-delay'],
      ...['post-flash-script', 'log-file', 'dry-run', 'batch-strategy', 'units', 'range', 'id'],
      ...['resume-auto', 'resume-from-unit', 'resume-from-batch', 'start-fresh', 'list-checkpoints'],
      ...['validate-checkpoint', 'force-continue'],
    ])
      assert.ok(flags.has(`--${name}`), name);
  });

  for (const { path, command } of commands) {
    const name = path.join(' ');
    test(`\`rig ${name}\` has examples of itself, and --json with the fields that it prints`, () => {
      const help = helpOf(command);
      const examples = help.slice(help.indexOf('Examples:'));
      assert.match(examples, new RegExp(`^Examples:\\n {2}rig ${name}\\b`));
      const json = command.options.find(({ long }) => long === '--json');
      assert.match(json?.description ?? '', /[{[]|list|figures/, 'it says what the JSON holds');
    });

    test(`the examples of \`rig ${name}\` are written as it takes them`, () => {
      const help = helpOf(command);
      const lines = help.slice(help.indexOf('Examples:')).split('\n').slice(1);
      for (const line of lines.filter((each) => each.startsWith('  rig '))) {
        const [words = ''] = line.trim().slice('rig '.length).split(/ {2,}/);
        assert.doesNotThrow(() => parseOnly(words), line);
      }
    });
  }
});

describe('help', () => {
  test('finds a command by its words, and the exit codes', () => {
    const { code, stdout } = rig(['help', 'batch', 'start']);
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: rig batch start /);
    assert.match(stdout, /Examples:\n {2}rig batch start station1-50 /);
    assert.match(rig(['help', 'exit-codes']).stdout, /^ {2}130 +Interrupted/m);
    assert.match(rig(['help', 'exit-code']).stderr, /^COMMAND_INVALID: .*did you mean `exit-codes`\?/);
  });

  test('prints the whole tree as JSON', () => {
    const tree = JSON.parse(rig(['help', '--json']).stdout) as CommandNode;
    assert.deepEqual(tree, commandTree(buildProgram()));
    assert.ok(!JSON.stringify(tree).includes('__complete'));
  });
});

describe('what is written wrongly', () => {
  const cases: [string[], RegExp][] = [
    [['rnu'], /^COMMAND_INVALID: rig: unknown command 'rnu'; did you mean run\?/],
    [['batch', 'strat', 'x'], /^COMMAND_INVALID: rig batch: unknown command 'strat'; did you mean start\?/],
    [
      ['run', '--stationn', 'x'],
      /^COMMAND_INVALID: rig run: unknown option '--stationn'; did you mean --station\?/,
    ],
    [['batch', 'start'], /^COMMAND_INVALID: rig batch start: missing required argument 'batch'/],
    [['run'], /^COMMAND_INVALID: rig run: say what: --batch-config/],
    [['run', '--range', '9-4'], /unit 4 comes before unit 9; write 4-9/],
    [['run', '--parallel-jobs', '0'], /a whole number from 1 on is needed/],
    [['run', '--power-cycle-delay', 'soon'], /a time like 2, 0\.5, 2s or 500ms is needed/],
    [['run', '--batch-strategy', 'fast'], /Allowed choices are parallel, sequential, gradual/],
    [['run', '--resume-auto', '--start-fresh'], /'--resume-auto' cannot be used with option '--start-fresh'/],
    [['report', 'rebild'], /^COMMAND_INVALID: there is no folder rebild, .*; did you mean rebuild\?/],
    [['explain', 'BOOT_PANI'], /^COMMAND_INVALID: no error code BOOT_PANI; did you mean BOOT_PANIC\?/],
  ];
  for (const [words, pattern] of cases) {
    test(`\`rig ${words.join(' ')}\` is refused with what would be right`, () => {
      const { code, stdout, stderr } = rig(words);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, pattern);
    });
  }

  test('is told as one JSON value when JSON was asked for', () => {
    for (const words of [
      ['rnu', '--json'],
      ['batch', 'start', '--json'],
      ['detect', 'nowhere', '--json'],
    ]) {
      const { code, stdout, stderr } = rig(words);
      assert.equal(code, 2);
      assert.equal(stderr, '');
      const { error } = JSON.parse(stdout) as { error: Record<string, string> };
      assert.deepEqual(Object.keys(error), ['code', 'message', 'remedy']);
      assert.ok(!error['message']?.startsWith(error['code'] ?? ''));
    }
  });
});
