import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv, type SchemaObject } from 'ajv';
import { chipFlashes } from '../../firmware/chip-flash.js';
import { namesIn } from '../../rigs/rig-library.js';
import { schemaOf, type FileKind } from '../../rigs/schema-check.js';
import type { FaultKind } from '../../rigs/faults.js';

const shippedKinds = ['station', 'board', 'release', 'advisories', 'batch'] as const;
const kinds: readonly FileKind[] = [...shippedKinds, 'retention'];
const rigs = join(import.meta.dirname, '../../rigs');

/** Every schema in a schema, with its place: properties, entries of lists, choices. */
function* schemasIn(schema: SchemaObject, path: string): Generator<{ schema: SchemaObject; path: string }> {
  yield { schema, path };
  for (const group of ['properties', 'definitions']) {
    for (const [key, inner] of Object.entries((schema[group] ?? {}) as Record<string, SchemaObject>)) {
      yield* schemasIn(inner, `${path}/${group}/${key}`);
    }
  }
  const choices = (schema['oneOf'] ?? []) as SchemaObject[];
  for (const [index, choice] of choices.entries()) yield* schemasIn(choice, `${path}/oneOf/${index}`);
  if (schema['items'] !== undefined) yield* schemasIn(schema['items'] as SchemaObject, `${path}/items`);
}

for (const kind of kinds) {
  const all = [...schemasIn(schemaOf(kind), kind)];

  test(`the ${kind} schema is a valid JSON Schema`, () => {
    const ajv = new Ajv({ strict: false });
    assert.ok(ajv.validateSchema(schemaOf(kind)), ajv.errorsText());
  });

  test(`every key of a ${kind} file is described for editors`, () => {
    const properties = all.filter(({ path }) => /\/properties\/[^/]+$/.test(path));
    const bare = properties.filter(({ schema }) => !/^.{8,}\.$/.test(String(schema['description'])));
    assert.deepEqual(
      bare.map(({ path }) => path),
      [],
    );
  });

  test(`no group of a ${kind} file takes unknown keys`, () => {
    const open = all.filter(({ schema }) => schema['properties'] && schema['additionalProperties'] !== false);
    assert.deepEqual(
      open.map(({ path }) => path),
      [],
    );
  });

  test(`the examples and defaults of the ${kind} schema fit it`, () => {
    const ajv = new Ajv({ strict: false, discriminator: true });
    const { definitions } = schemaOf(kind) as { definitions?: unknown };
    for (const { schema, path } of all) {
      const { default: fallback, ...rest } = schema;
      const values = [
        ...((schema['examples'] ?? []) as unknown[]),
        ...('default' in schema ? [fallback] : []),
      ];
      const validate = ajv.compile({ ...rest, definitions });
      for (const value of values) {
        assert.ok(validate(value), `${path}: ${JSON.stringify(value)} ${ajv.errorsText(validate.errors)}`);
      }
    }
  });

  test(`a pattern in the ${kind} schema says in words what it wants`, () => {
    const mute = all.filter(({ schema }) => 'pattern' in schema && !schema['patternErrorMessage']);
    assert.deepEqual(
      mute.map(({ path }) => path),
      [],
    );
  });
}

test('boards and releases name chips in the same way, and every chip that is known can be named', () => {
  const [board, release] = (['board', 'release'] as const).map((kind) => {
    return (schemaOf(kind)['properties'] as { chip: { pattern: string } }).chip.pattern;
  });
  assert.equal(release, board);
  for (const { chip } of chipFlashes) assert.match(chip, new RegExp(release ?? '^$'));
});

/** One of each, so that a new kind of fault does not compile until it is here. */
const everyFault: { [Kind in FaultKind['kind']]: Extract<FaultKind, { kind: Kind }> } = {
  dead: { kind: 'dead' },
  empty: { kind: 'empty' },
  'no-power': { kind: 'no-power' },
  'slow-rise': { kind: 'slow-rise', riseMs: 1500 },
  short: { kind: 'short', afterMs: 2000, milliamps: 3000 },
  'stuck-on': { kind: 'stuck-on' },
  protected: { kind: 'protected' },
  'bad-cell': { kind: 'bad-cell', address: 0x20000 },
  'dropped-bytes': { kind: 'dropped-bytes', share: 0.01 },
  hang: { kind: 'hang', percent: 50 },
  'wrong-chip': { kind: 'wrong-chip', chip: 'esp32s3' },
  'low-heap': { kind: 'low-heap', bytes: 40000 },
  panic: { kind: 'panic', afterMs: 500 },
  'brownout-at-wifi': { kind: 'brownout-at-wifi' },
  'wrong-version': { kind: 'wrong-version', version: '0.9.0' },
  'silent-console': { kind: 'silent-console' },
  'duplicate-mac': { kind: 'duplicate-mac', mac: '24:6f:28:00:00:01' },
};

test('the station schema takes every kind of fault and no other', () => {
  const { fault } = schemaOf('station')['definitions'] as { fault: SchemaObject };
  const ajv = new Ajv({ strict: false, discriminator: true });
  const validate = ajv.compile({ ...fault, definitions: schemaOf('station')['definitions'] as object });
  for (const each of Object.values(everyFault)) {
    assert.ok(
      validate({ ...each, slots: ['slot1'], probability: 0.5 }),
      `${each.kind} ${ajv.errorsText(validate.errors)}`,
    );
  }
  const known = (fault['oneOf'] as { properties: { kind: { const: string } } }[]).map(
    (one) => one.properties.kind.const,
  );
  assert.deepEqual(known.sort(), Object.keys(everyFault).sort());
});

test('every shipped rig file begins with the schema that editors complete it from', async () => {
  const folders = {
    station: rigs,
    board: join(rigs, 'boards'),
    release: join(rigs, 'releases'),
    advisories: rigs,
    batch: join(rigs, 'batches'),
  };
  for (const kind of shippedKinds) {
    const names = await namesIn(folders[kind], '.yaml');
    const ofKind = names.filter((name) => (name === 'advisories') === (kind === 'advisories'));
    assert.notEqual(ofKind.length, 0);
    for (const name of ofKind) {
      const [first = ''] = (await readFile(join(folders[kind], `${name}.yaml`), 'utf8')).split('\n');
      const schema = /^# yaml-language-server: \$schema=(\S+)$/.exec(first)?.[1] ?? 'none';
      assert.equal(join(folders[kind], schema), join(rigs, 'schema', `${kind}.schema.json`), name);
    }
  }
});
