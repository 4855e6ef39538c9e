import { RigError } from '../../../core/errors.js';
import type { ErrorCode } from '../../../core/error-catalogue.js';
import type { MemorySegment } from '../../../firmware/memory-segment.js';
import { placeIn, sizeOf, within, type Contents } from './contents.js';
import { withHexFile } from './hex-file.js';
import type { Command } from './session.js';

/** A run of the tool over some part of flash. */
export interface Job {
  run: (command: Command) => Promise<unknown>;
  path: string;
  signal: AbortSignal;
  /** In words that follow "while". */
  doing: string;
  /** The code for what the loader refused. */
  refused: ErrorCode;
}

interface ProgramJob extends Job {
  /** What of the pages is whose. */
  contents: readonly Contents[];
  /** After each page: bytes of the contents that are in flash now. */
  onProgress: (image: string, doneBytes: number) => void;
  /** Where an address is, in words, when the contents are nobody's. */
  placeOf?: Command['placeOf'];
}

/** Programs whole pages, each of which the loader erases. Throws TOOL_FAILED when one was left out, although all went well. */
export async function program(
  pages: readonly MemorySegment[],
  { run, path, contents, onProgress, ...job }: ProgramJob,
): Promise<{ wireBytes: number; seconds: number }> {
  const missing = new Set(pages.map(({ address }) => address));
  let doneBytes = 0;
  let wireBytes = 0;
  let startedAt: number | undefined;
  let endedAt = 0;
  if (pages.length === 0) return { wireBytes, seconds: 0 };
  await withHexFile(pages, (file) =>
    run({
      placeOf: placeIn(contents),
      ...job,
      args: ['-U', `flash:w:${file}:i`],
      wireBytes: sizeOf(pages),
      onPage(page) {
        if (page.kind !== 'program') return;
        missing.delete(page.address);
        startedAt ??= page.askedAt;
        endedAt = performance.now();
        wireBytes += page.wireBytes;
        for (const { image, data } of within(contents, page.address, page.address + page.data.length)) {
          doneBytes += data.length;
          onProgress(image, doneBytes);
        }
      },
    }),
  );
  checkNoneMissing(missing.size, `of ${pages.length} pages`, { path, doing: job.doing });
  return { wireBytes, seconds: (endedAt - (startedAt ?? endedAt)) / 1000 };
}

/** The first byte that differs. */
export interface Difference {
  image: string;
  address: number;
  found: number;
  wanted: number;
}

/** Reads back what the contents cover and compares it; undefined when all is the same. */
export async function compare(
  contents: readonly Contents[],
  { run, path, ...job }: Job,
): Promise<Difference | undefined> {
  const pages = new Map<number, MemorySegment>();
  if (contents.length === 0) return undefined;
  let refusal: unknown;
  await withHexFile(contents, (file) =>
    run({
      ...job,
      args: ['-U', `flash:v:${file}:i`],
      wireBytes: sizeOf(contents),
      placeOf: placeIn(contents),
      onPage(page) {
        if (page.kind === 'read') pages.set(page.address, page);
      },
    }).catch((error: unknown) => {
      // Where it is and whose, the pages themselves say.
      if (!(error instanceof RigError) || error.code !== 'FLASH_VERIFY_MISMATCH') throw error;
      refusal = error;
    }),
  );
  const read = [...pages.values()];
  const difference = firstDifference(contents, read);
  if (difference) return difference;
  if (refusal !== undefined) throw refusal;
  const comparedBytes = contents.reduce(
    (total, { address, data }) => total + sizeOf(within(read, address, address + data.length)),
    0,
  );
  const totalBytes = sizeOf(contents);
  checkNoneMissing(totalBytes - comparedBytes, `of ${totalBytes} bytes`, { path, doing: job.doing });
  return undefined;
}

function firstDifference(
  contents: readonly Contents[],
  read: readonly MemorySegment[],
): Difference | undefined {
  for (const { image, address, data } of contents) {
    for (const piece of within(read, address, address + data.length)) {
      const wanted = data.subarray(piece.address - address);
      const at = piece.data.findIndex((byte, index) => byte !== wanted[index]);
      if (at === -1) continue;
      return { image, address: piece.address + at, found: piece.data[at] ?? 0, wanted: wanted[at] ?? 0 };
    }
  }
  return undefined;
}

function checkNoneMissing(
  missing: number,
  ofAll: string,
  { path, doing }: Pick<Job, 'path' | 'doing'>,
): void {
  if (missing <= 0) return;
  throw new RigError(
    'TOOL_FAILED',
    `avrdude on ${path} ended well but left out ${missing} ${ofAll} while ${doing}`,
  );
}
