import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Advisory } from '../firmware/validation/advisories.js';
import { readCheckedFile, type CheckedFile } from './checked-file.js';
import type { AdvisoriesFile, BoardFile } from './rig-files.js';
import { sizeInBytes } from './size.js';

/** What a board asks of every release, its files read. */
export interface BoardPolicy {
  maxBytes?: number;
  /** Public key in PEM, proved to be one. */
  trustedKey?: Buffer;
  requireSignature: boolean;
  advisories: readonly Advisory[];
}

const known = new WeakMap<CheckedFile<BoardFile>, Promise<BoardPolicy>>();

/** The policy of a board; its files are read once. What is wrong with them is reported as problems of the board file. */
export function policyOf(board: CheckedFile<BoardFile>): Promise<BoardPolicy> {
  const policy = known.get(board) ?? readPolicy(board);
  known.set(board, policy);
  return policy;
}

async function readPolicy(board: CheckedFile<BoardFile>): Promise<BoardPolicy> {
  const { maxBytes, trustedKey, requireSignature = false, advisories } = board.values.firmware ?? {};
  const [key, list] = await Promise.all([readKey(board, trustedKey), readAdvisories(board, advisories)]);
  if (requireSignature && trustedKey === undefined && !board.isWritten(['firmware', 'trustedKey'])) {
    const what = 'is true, but there is no trustedKey to prove one with; name the public key of the releases';
    board.report(['firmware', 'requireSignature'], what);
  }
  const limit = maxBytes === undefined ? undefined : sizeInBytes(maxBytes);
  return {
    ...(limit !== undefined && { maxBytes: limit }),
    ...(key && { trustedKey: key }),
    requireSignature,
    advisories: list,
  };
}

async function readKey(
  board: CheckedFile<BoardFile>,
  written: string | undefined,
): Promise<Buffer | undefined> {
  if (written === undefined) return undefined;
  const path = resolve(dirname(board.file), written);
  const at = ['firmware', 'trustedKey'];
  const bytes = await readFile(path).catch((thrown: NodeJS.ErrnoException) => {
    const why =
      thrown.code === 'ENOENT' ? `there is no key file ${path}` : `${path} cannot be read (${thrown.code})`;
    board.report(
      at,
      `${why}; copy the public key there, or correct the path, which is relative to the board file`,
    );
  });
  if (bytes === undefined) return undefined;
  const { readTrustedKey } = await import('../firmware/validation/signature.js');
  const key = readTrustedKey(bytes);
  if (typeof key !== 'string') return bytes;
  board.report(at, `${path}: ${key}`);
  return undefined;
}

async function readAdvisories(
  board: CheckedFile<BoardFile>,
  written: string | undefined,
): Promise<Advisory[]> {
  if (written === undefined) return [];
  const file = await readCheckedFile<AdvisoriesFile>('advisories', resolve(dirname(board.file), written));
  board.problems.push(...file.problems);
  return file.complete()?.advisories ?? [];
}
