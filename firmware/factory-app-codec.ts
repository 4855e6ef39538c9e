import { createHash } from 'node:crypto';
import { RigError } from '../core/errors.js';
import type { FactoryAppProgram } from './factory-app.js';
import { programProblems } from './factory-app-check.js';
import { inspectEspImage } from './esp-image.js';

/**
 * Layout: magic (8 bytes of ASCII), length of the document u32, first 8 bytes of its SHA-256, the document as JSON in
 * UTF-8, zeros to a multiple of 4. It lies at an address that is a multiple of 4.
 */
const MAGIC = Buffer.from('RIGAPP/1', 'latin1');
const DIGEST_BYTES = 8;
const HEAD_BYTES = MAGIC.length + 4 + DIGEST_BYTES;

/** The program as bytes for an image's read-only data. Throws IMAGE_INVALID with all that is wrong with it. */
export function encodeProgram(program: FactoryAppProgram): Buffer {
  refuse('the program cannot be put into an image', programProblems(program));
  const document = Buffer.from(JSON.stringify(program), 'utf8');
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt32LE(document.length, MAGIC.length);
  digestOf(document).copy(head, MAGIC.length + 4);
  const padding = Buffer.alloc((4 - (document.length % 4)) % 4);
  return Buffer.concat([head, document, padding]);
}

/**
 * The program of an application image, or undefined when it has none: firmware that was not made for the bench.
 * Throws IMAGE_INVALID when there is one, but damaged or of another format. Bytes behind the image are not looked at.
 */
export function findProgram(image: Buffer): FactoryAppProgram | undefined {
  for (const { kind, dataOffset, sizeBytes } of inspectEspImage(image).segments) {
    if (kind !== 'mapped') continue;
    const data = image.subarray(dataOffset, dataOffset + sizeBytes);
    for (let at = data.indexOf(MAGIC); at !== -1; at = data.indexOf(MAGIC, at + 1)) {
      if (at % 4 === 0) return decode(data.subarray(at));
    }
  }
  return undefined;
}

function decode(bytes: Buffer): FactoryAppProgram {
  if (bytes.length < HEAD_BYTES) refuse('the program of the image is cut short', ['its head is incomplete']);
  const length = bytes.readUInt32LE(MAGIC.length);
  const document = bytes.subarray(HEAD_BYTES, HEAD_BYTES + length);
  const digest = bytes.subarray(MAGIC.length + 4, HEAD_BYTES);
  if (document.length < length || !digest.equals(digestOf(document))) {
    refuse('the program of the image is damaged', [
      `its ${length} bytes do not give the digest in front of them`,
    ]);
  }
  const program: unknown = JSON.parse(document.toString('utf8'));
  refuse('the program of the image cannot be run', programProblems(program));
  return program as FactoryAppProgram;
}

function digestOf(document: Buffer): Buffer {
  return createHash('sha256').update(document).digest().subarray(0, DIGEST_BYTES);
}

function refuse(what: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new RigError('IMAGE_INVALID', `${what}: ${problems.join('; ')}`);
}
