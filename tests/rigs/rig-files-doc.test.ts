import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SchemaObject } from 'ajv';
import { parse, stringify } from 'yaml';
import { schemaOf } from '../../rigs/schema-check.js';
import { loadTinyRig, tinyRig, type RigChanges } from './tiny-rig.js';

const doc = await readFile(join(import.meta.dirname, '../../docs/rig-files.md'), 'utf8');

interface DocumentedKey {
  key: string;
  type: string;
  default: string;
}

/** Rows of the tables with five columns: key, type, unit, default, meaning. */
const rows = doc.split('\n').flatMap((line): DocumentedKey[] => {
  const cells = line.split('|').map((cell) => cell.trim());
  const [, key, type, unit, fallback, meaning] = cells;
  if (cells.length !== 7 || !key?.startsWith('`') || !unit || !meaning) return [];
  return [{ key: key.replaceAll('`', ''), type: type ?? '', default: fallback ?? '' }];
});

const typeWords: Record<string, string> = {
  integer: 'whole number',
  number: 'number',
  string: 'text',
  boolean: 'true or false',
  array: 'list',
  object: 'group',
};

/** Definitions with tables of their own, by the word that stands for them. */
const ownTables: Record<string, string> = { line: 'line', toolCall: 'call' };

/** The keys of a schema as the tables should have them; faults have a table of their own too. */
function keysOf(schema: SchemaObject, root: SchemaObject, prefix = ''): DocumentedKey[] {
  const properties = (schema['properties'] ?? {}) as Record<string, SchemaObject>;
  const required = (schema['required'] ?? []) as string[];
  return Object.entries(properties).flatMap(([name, written]) => {
    const property = followed(written, root);
    const key = `${prefix}${name}`;
    const own = ownTables[String(written['$ref']).split('/').at(-1) ?? ''];
    const types = [property['type'] as string | string[]].flat();
    const words = types.map((type) => typeWords[type] ?? type).join(' or ');
    const row = {
      key,
      type: own ?? ('enum' in property ? 'choice' : words),
      default: required.includes(name) ? 'required' : defaultText(property['default']),
    };
    if (own) return [row];
    const inner = property['items'] ? followed(property['items'] as SchemaObject, root) : property;
    return [row, ...keysOf(inner, root, property['items'] ? `${key}[].` : `${key}.`)];
  });
}

function followed(schema: SchemaObject, root: SchemaObject): SchemaObject {
  const name = String(schema['$ref']).split('/').at(-1) ?? '';
  return { ...(root['definitions'] as Record<string, SchemaObject> | undefined)?.[name], ...schema };
}

function defaultText(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null)) return 'none';
  return value === '' ? '`""`' : `\`${String(value)}\``;
}

test('every key of the schemas stands in the page with its type and default, and no other key does', () => {
  const station = schemaOf('station');
  const { line } = station['definitions'] as { line: SchemaObject };
  const board = schemaOf('board');
  const { toolCall } = board['definitions'] as { toolCall: SchemaObject };
  const expected = [
    ...keysOf(station, station),
    ...keysOf(line, station),
    ...keysOf(board, board),
    ...keysOf(toolCall, board),
    ...keysOf(schemaOf('release'), schemaOf('release')),
    ...keysOf(schemaOf('retention'), schemaOf('retention')),
  ];
  // A default that no schema holds is told in words.
  const shown = rows.map((row) =>
    /^(`.*`|required)$/.test(row.default) ? row : { ...row, default: 'none' },
  );
  assert.deepEqual(shown, expected);
});

/** Keys that every fault takes. */
const common = ['slots', 'units', 'probability'];

test('every fault stands in the page with its further keys', () => {
  const { fault } = schemaOf('station')['definitions'] as { fault: { oneOf: SchemaObject[] } };
  for (const choice of fault.oneOf) {
    const { kind, ...others } = choice['properties'] as Record<string, { const?: string }>;
    const row = doc.split('\n').find((each) => each.startsWith(`| \`${kind?.const}\` |`)) ?? '';
    assert.notEqual(row, '', `${kind?.const} has no row`);
    for (const key of Object.keys(others).filter((name) => !common.includes(name))) {
      assert.ok(row.includes(`\`${key}\``), `${kind?.const} should name ${key}`);
    }
  }
});

/** The snippets of the page by the file that they name; `in` marks those that show a part of one. */
const snippets = [...doc.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => {
  const { part, file } = /^# (?<part>in )?(?<file>rigs\/\S+\.yaml)$/m.exec(text)?.groups ?? {};
  assert.ok(file, `a snippet does not name its file:\n${text}`);
  return { file, text, isPart: part !== undefined };
});

const tinyRelease = String(tinyRig['rigs/releases/one-1.0.0.yaml']);

/** The page's rig with images of the tiny rig in place of those that it only talks about. */
function rigOfThePage(): RigChanges {
  const hashes = [...tinyRelease.matchAll(/sha256: (\w+)/g)].map(([, hash]) => hash);
  const changes: RigChanges = { 'rigs/station1.yaml': null };
  for (const { file, text } of snippets.filter(({ isPart }) => !isPart)) {
    const folder = file.replace('.yaml', '');
    changes[file] = text
      .replace(/sha256: \w+/g, () => `sha256: ${hashes.shift()}`)
      .replace(/^version: .*$/m, 'version: 1.0.0');
    for (const [path, content] of Object.entries(tinyRig)) {
      const image = path.split('one-1.0.0/')[1];
      if (image && file.includes('/releases/')) changes[`${folder}/${image}`] = content;
    }
  }
  return changes;
}

test('the station, board and release of the page load together, also with its faults', async (t) => {
  const changes = rigOfThePage();
  const plain = await loadTinyRig(t, changes);
  assert.deepEqual(plain.problems, []);
  assert.deepEqual(
    plain.stations.map(({ name, slots }) => [name, slots.length]),
    [['line-a', 2]],
  );
  for (const { file, text } of snippets.filter(({ isPart }) => isPart)) {
    const whole = { ...(parse(String(changes[file])) as object), ...(parse(text) as object) };
    const withPart = await loadTinyRig(t, { ...changes, [file]: stringify(whole) });
    assert.deepEqual(withPart.problems, [], text);
  }
  assert.ok(snippets.some(({ isPart }) => isPart));
});

test('the messages that the page shows are those that the loader makes', async (t) => {
  const changes = rigOfThePage();
  const shown = [...doc.matchAll(/^rigs\/\S+?:\d+:\d+ .*$/gm)].map(([line]) => line);
  changes['rigs/line-a.yaml'] = String(changes['rigs/line-a.yaml'])
    .replace('settleMs: 200', 'settleMs: soon')
    .replace('line: 23', 'line: 17');
  changes['rigs/releases/sensor-node-2.1.0/app.bin'] = null;
  const { problems } = await loadTinyRig(t, changes);
  const made = problems.map(({ file, line, column, path, what }) => {
    return `rigs/${file}:${line}:${column} ${path}: ${what.replace('no image ', 'no image rigs/')}`;
  });
  assert.deepEqual(shown.sort(), made.sort());
});
