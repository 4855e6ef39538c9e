import { createHash } from 'node:crypto';
import { RigError } from '../core/errors.js';
import type { FactoryAppProgram } from './factory-app.js';
import { programProblems } from './factory-app-check.js';

/**
 * Layout: magic (8 bytes of ASCII), length of the document u32, first 8 bytes of its SHA-256, the document as JSON in
 * UTF-8, zeros to a multiple of 4. It lies at an offset that is a multiple of 4. The document is the program, or, where
 * the image format has no place for a version, `{ version, program }`; the magic says which.
 */
const MAGIC = { bare: Buffer.from('RIGAPP/1', 'latin1'), versioned: Buffer.from('RIGAPP/2', 'latin1') };
const MAGIC_BYTES = 8;
const DIGEST_BYTES = 8;
const HEAD_BYTES = MAGIC_BYTES + 4 + DIGEST_BYTES;
const COMMON_START = Buffer.from('RIGAPP/', 'latin1');

/** A program as an image carries it. */
export interface FoundProgram {
  program: FactoryAppProgram;
  /** Left out where the image says its version elsewhere: in the app descriptor of an ESP image. */
  version?: string;
}

/**
 * The program as bytes for an image's read-only data, with the version for image formats that have no place of their own for one
 * (1 to 31 characters of ASCII). Throws IMAGE_INVALID with all that is wrong with either.
 */
export function encodeProgram(program: FactoryAppProgram, options: { version?: string } = {}): Buffer {
  const { version } = options;
  const problems = [...(version === undefined ? [] : versionProblems(version)), ...programProblems(program)];
  refuse('the program cannot be put into an image', problems);
  const document = Buffer.from(
    JSON.stringify(version === undefined ? program : { version, program }),
    'utf8',
  );
  const head = Buffer.alloc(HEAD_BYTES);
  (version === undefined ? MAGIC.bare : MAGIC.versioned).copy(head);
  head.writeUInt32LE(document.length, MAGIC_BYTES);
  digestOf(document).copy(head, MAGIC_BYTES + 4);
  const padding = Buffer.alloc((4 - (document.length % 4)) % 4);
  return Buffer.concat([head, document, padding]);
}

/**
 * The first program in these bytes, whatever their format, at an offset that is a multiple of 4; undefined when there is none:
 * firmware that was not made for the bench. Throws IMAGE_INVALID when there is one, but damaged or of another format.
 */
export function findProgram(bytes: Buffer): FoundProgram | undefined {
  for (let at = bytes.indexOf(COMMON_START); at !== -1; at = bytes.indexOf(COMMON_START, at + 1)) {
    const magic = bytes.subarray(at, at + MAGIC_BYTES);
    if (at % 4 !== 0) continue;
    if (magic.equals(MAGIC.bare)) return { program: checked(documentAt(bytes.subarray(at))) };
    if (magic.equals(MAGIC.versioned)) return versioned(documentAt(bytes.subarray(at)));
  }
  return undefined;
}

function documentAt(bytes: Buffer): unknown {
  if (bytes.length < HEAD_BYTES) refuse('the program of the image is cut short', ['its head is incomplete']);
  const length = bytes.readUInt32LE(MAGIC_BYTES);
  const document = bytes.subarray(HEAD_BYTES, HEAD_BYTES + length);
  const digest = bytes.subarray(MAGIC_BYTES + 4, HEAD_BYTES);
  if (document.length < length || !digest.equals(digestOf(document))) {
    refuse('the program of the image is damaged', [
      `its ${length} bytes do not give the digest in front of them`,
    ]);
  }
  return JSON.parse(document.toString('utf8'));
}

function versioned(document: unknown): FoundProgram {
  const { version, program } = (document ?? {}) as { version?: unknown; program?: unknown };
  refuse('the program of the image cannot be run', versionProblems(version));
  return { program: checked(program), version: String(version) };
}

function checked(program: unknown): FactoryAppProgram {
  refuse('the program of the image cannot be run', programProblems(program));
  return program as FactoryAppProgram;
}

function versionProblems(version: unknown): string[] {
  if (typeof version === 'string' && /^[\x20-\x7e]{1,31}$/.test(version)) return [];
  return [`version is ${JSON.stringify(version)}, expected 1 to 31 characters of ASCII`];
}

function digestOf(document: Buffer): Buffer {
  return createHash('sha256').update(document).digest().subarray(0, DIGEST_BYTES);
}

function refuse(what: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new RigError('IMAGE_INVALID', `${what}: ${problems.join('; ')}`);
}
