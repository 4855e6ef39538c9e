import { readFileSync } from 'node:fs';
import type { Ajv, ErrorObject, SchemaObject, ValidateFunction } from 'ajv';
import { plainSchemaError, type SchemaFinding } from './schema-messages.js';
import type { YamlSource } from './yaml-source.js';

/** The kinds of file that a user writes, each with its schema in `rigs/schema/`. */
export type FileKind = 'station' | 'board' | 'release' | 'advisories' | 'retention' | BatchFileKind;

/** Our own batch file, and the documented others that are read as they stand. */
export type BatchFileKind =
  'batch' | 'batch-config' | 'batch-rollout' | 'batch-main' | 'batch-settings' | 'batch-factory';

/**
 * Checks parsed data against the schema of its kind and reports every difference in plain words. Fills the schema's defaults into
 * `data`. ajv is loaded, and each schema compiled, at first use.
 */
export async function checkAgainstSchema(
  kind: FileKind,
  data: unknown,
  source: Pick<YamlSource, 'typedText'>,
): Promise<SchemaFinding[]> {
  const validate = await validatorOf(kind);
  if (validate(data)) return [];
  const errors = validate.errors ?? [];
  const findings = errors
    .filter((error) => !shadowed(error, errors))
    .map((error) => plainSchemaError(error, schemaOf(kind), source));
  const texts = findings.map(({ path, what }) => `${path.join('/')} ${what}`);
  return findings.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

/** The schema of a kind, as in its file. */
export function schemaOf(kind: FileKind): SchemaObject {
  const known = schemas.get(kind);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`./schema/${kind}.schema.json`, import.meta.url), 'utf8');
  const schema = JSON.parse(text) as SchemaObject;
  schemas.set(kind, schema);
  return schema;
}

const schemas = new Map<FileKind, SchemaObject>();
const validators = new Map<FileKind, ValidateFunction>();

let loadedAjv: Promise<Ajv> | undefined;

async function validatorOf(kind: FileKind): Promise<ValidateFunction> {
  const known = validators.get(kind);
  if (known !== undefined) return known;
  const ajv = await (loadedAjv ??= loadAjv());
  const validate = ajv.compile(schemaOf(kind));
  validators.set(kind, validate);
  return validate;
}

async function loadAjv(): Promise<Ajv> {
  const { Ajv } = await import('ajv');
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    useDefaults: true,
    discriminator: true,
    allowUnionTypes: true,
    // Run once a process: what optimising costs is never earned back.
    code: { optimize: false },
    // A test holds the schemas against their meta-schema; here it would cost as much as all the rest.
    validateSchema: false,
    meta: false,
  });
  return ajv.addKeyword({ keyword: 'patternErrorMessage', schemaType: 'string' });
}

/** A value of the wrong type breaks other rules too, and a missing `kind` also leaves its choice open: one mistake, one message. */
function shadowed(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (error.keyword === 'type') return false;
  const sameValue = all.filter(({ instancePath }) => instancePath === error.instancePath);
  if (sameValue.some(({ keyword }) => keyword === 'type')) return true;
  return error.keyword === 'discriminator' && sameValue.some(({ keyword }) => keyword === 'required');
}
