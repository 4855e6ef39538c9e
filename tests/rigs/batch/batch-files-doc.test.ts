import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { SchemaObject } from 'ajv';
import { parse } from 'yaml';
import { loadBatch } from '../../../rigs/batch/load-batch.js';
import { batchFormats } from '../../../rigs/batch/recognise-format.js';
import { formatProblems } from '../../../rigs/problem.js';
import { schemaOf, type BatchFileKind } from '../../../rigs/schema-check.js';

const doc = await readFile(join(import.meta.dirname, '../../../docs/batch-files.md'), 'utf8');

/** Every key of a schema by its path; `*` is a name that the user chooses. */
function keysOf(written: SchemaObject, root: SchemaObject, prefix = ''): string[] {
  const schema = followed(written, root);
  const items = schema['items'] as SchemaObject | undefined;
  if (items !== undefined) return keysOf(items, root, `${prefix.slice(0, -1)}[].`);
  const choices = (schema['oneOf'] ?? []) as SchemaObject[];
  const groups = [schema, ...choices].map(
    ({ properties }) => (properties ?? {}) as Record<string, SchemaObject>,
  );
  const any = schema['additionalProperties'] as SchemaObject | boolean | undefined;
  if (typeof any === 'object') groups.push({ '*': any });
  const keys = groups.flatMap((group) =>
    Object.entries(group).flatMap(([key, inner]) => [
      `${prefix}${key}`,
      ...keysOf(inner, root, `${prefix}${key}.`),
    ]),
  );
  return [...new Set(keys)];
}

function followed(schema: SchemaObject, root: SchemaObject): SchemaObject {
  const name = String(schema['$ref']).split('/').at(-1) ?? '';
  return { ...(root['definitions'] as Record<string, SchemaObject> | undefined)?.[name], ...schema };
}

for (const kind of Object.keys(batchFormats) as BatchFileKind[]) {
  test(`every key of the ${kind} schema has a row that says what it does, and no other key has`, () => {
    const section =
      doc.split(/^#{2,3} /m).find((part) => part.includes(`rigs/schema/${kind}.schema.json`)) ?? '';
    const rows = [...section.matchAll(/^\| `([^`]+)` \| (.{4,}) \|$/gm)].map(([, key]) => key);
    assert.deepEqual(rows, keysOf(schemaOf(kind), schemaOf(kind)));
  });
}

test('every kind of gate stands in the page', () => {
  const { gate } = schemaOf('batch')['definitions'] as {
    gate: { oneOf: { properties: { kind: { const: string } } }[] };
  };
  const shown = [
    ...doc.matchAll(/^\| `(\w+)` \| (?:at least|at most|fewer|the first|no error|every|each)/gm),
  ].map(([, kind]) => kind);
  assert.deepEqual(
    shown,
    gate.oneOf.map(({ properties }) => properties.kind.const),
  );
});

test('the batch of the page loads on the shipped rig', async () => {
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(doc) ?? [];
  const { batch } = parse(text) as { batch: string };
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const folder = await mkdtemp('/tmp/batch-doc-');
  try {
    await writeFile(join(folder, `${batch}.yaml`), text);
    const order = { files: [join(folder, `${batch}.yaml`)], flags: {} };
    const { problems } = await loadBatch(order, { rigs: resolve('rigs'), specs: resolve('specs'), env: {} });
    assert.equal(formatProblems(problems), '');
  } finally {
    await rm(folder, { recursive: true });
  }
});
