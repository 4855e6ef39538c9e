import type { ErrorObject, SchemaObject } from 'ajv';
import { stringify } from 'yaml';
import { suggestion } from '../core/nearest-name.js';
import type { ValuePath, YamlSource } from './yaml-source.js';

/** A difference between a file and its schema, in the words of somebody who edits the file. */
export interface SchemaFinding {
  path: ValuePath;
  /** Whether the key is wrong or its value. */
  part: 'key' | 'value';
  /** What is there, and what would be right. */
  what: string;
}

type Source = Pick<YamlSource, 'typedText'>;

/** Says one error of ajv (run with `verbose`) in plain words. */
export function plainSchemaError(error: ErrorObject, root: SchemaObject, source: Source): SchemaFinding {
  const path = pathOf(error.instancePath);
  const schema = (error.parentSchema ?? {}) as SchemaObject;
  const params = error.params as Record<string, unknown>;
  const value = (what: string): SchemaFinding => ({ path, part: 'value', what });
  switch (error.keyword) {
    case 'type':
      return value(wrongType(error, path, schema, root, source));
    case 'required':
      return missingKey(path, String(params['missingProperty']), schema, root);
    case 'additionalProperties':
      return unknownKey(path, String(params['additionalProperty']), schema, root);
    case 'enum':
      return value(
        `is ${quoted(error.data)}; ${suggestion(String(error.data), (schema['enum'] as unknown[]).map(String))}`,
      );
    case 'discriminator':
      return unknownKind(path, error.data, schema);
    case 'minimum':
      return value(`is ${source.typedText(path)}; at least ${String(params['limit'])} is needed`);
    case 'maximum':
      return value(`is ${source.typedText(path)}; at most ${String(params['limit'])} is allowed`);
    case 'pattern':
      return value(
        `is ${quoted(error.data)}; it must be ${String(schema['patternErrorMessage'])}${example(schema)}`,
      );
    case 'minLength':
      return value(`is an empty text; write one${example(schema)}`);
    case 'maxLength':
      return value(
        `has ${String(error.data).length} characters; at most ${String(params['limit'])} are allowed`,
      );
    case 'minItems':
      return value(`is an empty list; at least one entry is needed${example(schema)}`);
    case 'uniqueItems':
      return {
        path: [...path, Math.max(Number(params['i']), Number(params['j']))],
        part: 'value',
        what: 'stands twice in the list; remove one of the two',
      };
    case 'minProperties':
      return value(
        `has nothing in it; write at least one of ${names(Object.keys(propertiesOf(schema)))}, or leave it out`,
      );
    default:
      return value(
        `is ${quoted(error.data)}, which does not fit; docs/rig-files.md says what does${example(schema)}`,
      );
  }
}

function wrongType(
  error: ErrorObject,
  path: ValuePath,
  schema: SchemaObject,
  root: SchemaObject,
  source: Source,
): string {
  const types = [schema['type'] as string | string[]].flat();
  const typed = source.typedText(path) ?? '';
  const wanted = types.map((type) => typeWords[type] ?? type).join(' or ');
  if (path.length === 0) {
    const [key = '', property] = Object.entries(propertiesOf(root))[0] ?? [];
    const start = `a ${String(root.title).toLowerCase()} begins with \`${key}: ${exampleOf(property as SchemaObject)}\``;
    return error.data === null
      ? `the file is empty; ${start}`
      : `the file holds ${described(error.data)}; ${start}`;
  }
  if (error.data === null) return `has no value; ${wanted} is needed${example(schema)}`;
  if (types.includes('boolean') && /^(yes|on|y|no|off|n)$/i.test(typed)) {
    return `is the text "${typed}"; write ${/^(yes|on|y)$/i.test(typed) ? 'true' : 'false'}`;
  }
  if (types.includes('string') && (typeof error.data === 'number' || typeof error.data === 'boolean')) {
    return `is ${described(error.data, typed)}; ${wanted} is needed, so put it in quotes: "${typed}"`;
  }
  const numeric = types.includes('integer') || types.includes('number');
  if (numeric && typeof error.data === 'string' && /^-?(0x[0-9a-f]+|\d+)$/i.test(typed)) {
    return `is the text "${typed}"; ${wanted} is needed, so take the quotes away`;
  }
  return `is ${described(error.data, typed)}; ${wanted} is needed${example(schema)}`;
}

function missingKey(parent: ValuePath, key: string, schema: SchemaObject, root: SchemaObject): SchemaFinding {
  const property = resolve((propertiesOf(schema)[key] ?? {}) as SchemaObject, root);
  const shown = exampleOf(property);
  const remedy = isDiscriminator(schema, key)
    ? `write one of ${names(choicesOf(schema, key))}`
    : shown === undefined
      ? 'add it'
      : `add it, for example \`${key}: ${shown}\``;
  return { path: [...parent, key], part: 'value', what: `is missing; ${remedy}` };
}

function unknownKey(parent: ValuePath, key: string, schema: SchemaObject, root: SchemaObject): SchemaFinding {
  const properties = propertiesOf(schema);
  const inner = Object.entries(properties).find(
    ([, property]) => key in propertiesOf(resolve(property as SchemaObject, root)),
  );
  const remedy = inner ? `it belongs into \`${inner[0]}\`` : suggestion(key, Object.keys(properties));
  return { path: [...parent, key], part: 'key', what: `is not a key here; ${remedy}` };
}

function unknownKind(parent: ValuePath, data: unknown, schema: SchemaObject): SchemaFinding {
  const { propertyName } = schema['discriminator'] as { propertyName: string };
  const choices = choicesOf(schema, propertyName);
  const written = (data as Record<string, unknown>)[propertyName];
  const what = `is ${quoted(written)}; ${suggestion(String(written), choices)}`;
  return { path: [...parent, propertyName], part: 'value', what };
}

function isDiscriminator(schema: SchemaObject, key: string): boolean {
  return (schema['discriminator'] as { propertyName: string } | undefined)?.propertyName === key;
}

function choicesOf(schema: SchemaObject, propertyName: string): string[] {
  return (schema['oneOf'] as SchemaObject[]).map((choice) => {
    return String((propertiesOf(choice)[propertyName] as SchemaObject)['const']);
  });
}

const typeWords: Record<string, string> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
};

function described(data: unknown, typed?: string): string {
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'string') return `the text ${quoted(data)}`;
  if (typeof data === 'number') return `the number ${typed ?? data}`;
  return typeof data === 'object' ? 'a group of keys' : String(data);
}

function quoted(data: unknown): string {
  if (typeof data !== 'string') return described(data);
  return `"${data.length > 60 ? `${data.slice(0, 57)}…` : data}"`;
}

function example(schema: SchemaObject): string {
  const shown = exampleOf(schema);
  return shown === undefined ? '' : `, for example ${shown}`;
}

/** The first example of a schema in one line of YAML. */
function exampleOf(schema: SchemaObject): string | undefined {
  const shown = schema['examples'] as unknown[] | undefined;
  return shown && stringify(shown[0], { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function names(keys: readonly string[]): string {
  return keys.map((key) => `\`${key}\``).join(', ');
}

function propertiesOf(schema: SchemaObject): Record<string, unknown> {
  return (schema['properties'] ?? {}) as Record<string, unknown>;
}

/** Follows a `$ref` into the file's own definitions; what stands beside it goes before. */
function resolve(schema: SchemaObject, root: SchemaObject): SchemaObject {
  const name = /^#\/definitions\/(.+)$/.exec(String(schema['$ref']))?.[1];
  if (name === undefined) return schema;
  return { ...(root['definitions'] as Record<string, SchemaObject>)[name], ...schema };
}

function pathOf(pointer: string): ValuePath {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')));
}
