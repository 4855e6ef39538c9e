import { existsSync } from 'node:fs';
import { nearestName } from '../core/nearest-name.js';
import { RigError } from '../core/errors.js';
import { placeText, type Finding } from '../firmware/validation/finding.js';
import { formatName, recogniseFormat, type FirmwareFormat } from '../firmware/validation/recognise.js';
import { validateFirmware } from '../firmware/validation/validate-firmware.js';
import { policyOf } from '../rigs/board-policy.js';
import { throwProblems } from '../rigs/load-rig.js';
import { openLibrary } from '../rigs/rig-library.js';
import { sizeInBytes } from '../rigs/size.js';
import type { ChecksumRule } from '../firmware/validation/checksum.js';
import { readNamedFile } from './firmware-file.js';
import { rigsFolder } from './places.js';

export interface ValidateOptions {
  /** Name of a board file of the rig. */
  board: string;
  /** Path of the detached signature; the file's name with `.sig` when there is such a file, unless told. */
  signature?: string;
  /** Path of the public key, in place of the board's. */
  key?: string;
  /** What the file must have, hex digits. */
  sha256?: string;
  crc32?: string;
  /** Day on which certificates have to be valid; today unless told. */
  now?: Date;
}

/** What `rig firmware validate` says. Plain JSON data. */
export interface Verdict {
  file: string;
  board: string;
  chip: string;
  format?: FirmwareFormat;
  sizeBytes?: number;
  /** False when any finding is an error. */
  accepted: boolean;
  findings: Finding[];
}

/** Holds a firmware file against everything that the board asks for. Throws CONFIG_INVALID for a board that is not there or wrong. */
export async function validateFile(file: string, options: ValidateOptions): Promise<Verdict> {
  const { values, policy } = await findBoard(options.board);
  const chip = values.chip ?? '';
  const flashBytes = values.flash?.size === undefined ? undefined : sizeInBytes(values.flash.size);
  const verdict = (findings: Finding[], bytes?: Buffer): Verdict => ({
    file,
    board: options.board,
    chip,
    ...(bytes && { format: recogniseFormat(bytes), sizeBytes: bytes.length }),
    accepted: !findings.some(({ severity }) => severity === 'error'),
    findings,
  });
  const read = async (path: string | undefined): Promise<Buffer | undefined | Finding> =>
    path === undefined ? undefined : readNamedFile(path);
  const signaturePath = options.signature ?? (existsSync(`${file}.sig`) ? `${file}.sig` : undefined);
  const bytes = await readNamedFile(file);
  const signature = await read(signaturePath);
  const key = await read(options.key);
  const absent = [bytes, signature, key].filter(
    (one): one is Finding => one !== undefined && !Buffer.isBuffer(one),
  );
  if (!Buffer.isBuffer(bytes) || absent.length > 0) return verdict(absent);
  const trustedKey = key ?? policy.trustedKey;
  const findings = validateFirmware(bytes, {
    chip,
    ...(flashBytes !== undefined && { flashBytes }),
    ...(policy.maxBytes !== undefined && { maxBytes: policy.maxBytes }),
    checksums: checksumsOf(options),
    ...(Buffer.isBuffer(signature) && { signature }),
    ...(Buffer.isBuffer(trustedKey) && { trustedKey }),
    requireSignature: policy.requireSignature,
    advisories: policy.advisories,
    now: options.now ?? new Date(),
  });
  return verdict(findings, bytes);
}

/** The verdict as a person reads it: one line for the file, one for each finding. */
export function formatVerdict({ file, board, chip, format, sizeBytes, accepted, findings }: Verdict): string {
  const is = format === undefined ? '' : `: ${formatName(format)}, ${sizeBytes} bytes`;
  const lines = findings.map(
    (finding) => `  ${finding.severity} ${finding.kind}: ${placeText(finding)}${finding.what}`,
  );
  return [
    `${file}: ${accepted ? 'accepted' : 'REFUSED'} for board ${board} (${chip})${is}`,
    ...lines,
    '',
  ].join('\n');
}

async function findBoard(name: string) {
  const folder = rigsFolder();
  const library = await openLibrary(folder);
  const board = await library.board(name);
  if (board === undefined) {
    const nearest = nearestName(name, library.boards);
    const hint =
      nearest === undefined ? `it has ${library.boards.join(', ') || 'none'}` : `did you mean ${nearest}?`;
    throw new RigError('CONFIG_INVALID', `no board "${name}" in ${folder}/boards; ${hint}`);
  }
  const policy = await policyOf(board);
  throwProblems(board.problems);
  return { values: board.values, policy };
}

function checksumsOf({ sha256, crc32 }: ValidateOptions): ChecksumRule[] {
  return [
    ...(sha256 === undefined ? [] : [{ algorithm: 'sha256' as const, value: sha256.toLowerCase() }]),
    ...(crc32 === undefined
      ? []
      : [{ algorithm: 'crc32' as const, value: crc32.toLowerCase().replace(/^0x/, '') }]),
  ];
}
