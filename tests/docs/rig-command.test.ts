import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { commandTree, type CommandNode } from '../../cli/command-tree.js';
import { buildProgram } from '../../cli/program.js';
import { parseOnly } from '../cli/parse-only.js';
import { blocksOf, tableRows } from './page.js';

const page = readFileSync('docs/rig-command.md', 'utf8');

/** What stands under each command's heading, by its words. */
const sections = new Map(
  page
    .split(/^### rig /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

function leaves(node: CommandNode, path: readonly string[] = []): [string, CommandNode][] {
  const below = node.commands.flatMap((each) => leaves(each, [...path, each.name]));
  const isGroup = path.length === 0 || (node.commands.length > 0 && node.arguments.length === 0);
  return isGroup ? below : [[path.join(' '), node], ...below];
}

const commands = leaves(commandTree(buildProgram()));

test('the page has a part for every command, and for no other', () => {
  assert.deepEqual([...sections.keys()].sort(), commands.map(([name]) => name).sort());
});

describe('the page', () => {
  for (const [name, { flags }] of commands) {
    const section = sections.get(name) ?? '';
    test(`has an example of \`rig ${name}\` and the shape of its JSON`, () => {
      const examples = blocksOf(section, 'sh').flatMap((block) => block.trim().split('\n'));
      assert.ok(
        examples.some((line) => `${line} `.startsWith(`npx rig ${name} `)),
        examples.join('\n'),
      );
      for (const line of examples) assert.doesNotThrow(() => parseOnly(line.replace('npx rig ', '')), line);
      assert.match(section, /^JSON: \S/m);
    });

    test(`has every flag of \`rig ${name}\` with its value, and no other`, () => {
      const rows = tableRows(section, 'flag').map(([flag]) => flag);
      const written = flags
        .filter(({ flag }) => flag !== '--json')
        .map(({ flag, value }) => (value === undefined ? flag : `${flag} <${value}>`));
      assert.deepEqual(rows, written);
    });
  }

  test('names no flag that there is not', () => {
    const known = new Set(commands.flatMap(([, { flags }]) => flags.map(({ flag }) => flag)));
    const ofOthers = new Set(['--help', '--project']);
    const named = [...page.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([flag]) => flag);
    assert.deepEqual(
      named.filter((flag) => !known.has(flag) && !ofOthers.has(flag)),
      [],
    );
  });

  test('links to pages that are there', () => {
    const links = [...page.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(
      links.filter((link) => !existsSync(join('docs', link))),
      [],
    );
  });
});
