import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createInflate, deflate } from 'node:zlib';
import { RigError } from '../../../core/errors.js';
import type { FlashImage } from '../flash-driver.js';

/** What the stub can take at once. */
export const blockBytes = 0x4000;
/**
 * What one block may decompress to, and up to three times that where padding begins in the middle of a piece. The stub erases
 * and writes all of it before the next acknowledgement, so a block of a megabyte of padding, which fits into one kilobyte of
 * compressed data, would look like a board that hangs.
 */
const outputLimitBytes = 64 * 1024;
/** Compressed bytes between two looks at the output: 30 ms of CPU a megabyte. */
const pieceBytes = 512;

export interface Block {
  /** Part of the compressed stream. */
  data: Buffer;
  /** Image bytes that are complete once the loader has this block. */
  imageBytes: number;
}

/** The image as a zlib stream: the one made for the run where there is one, else compressed here, off the event loop. */
export async function compressed(image: FlashImage): Promise<Buffer> {
  if (image.deflatedPath !== undefined) return readImageFile(image.name, image.deflatedPath);
  return promisify(deflate)(await readImageFile(image.name, image.path), { level: 9 }) as Promise<Buffer>;
}

/** A file of the release. Throws IMAGE_INVALID when it cannot be read. */
export async function readImageFile(name: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new RigError('IMAGE_INVALID', `${name} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Cuts a zlib stream into blocks, as they are needed, while the block before is on the wire. */
export async function* blocksOf(stream: Buffer, image: FlashImage): AsyncGenerator<Block> {
  let from = 0;
  let to = 0;
  let output = 0;
  for await (const piece of piecesOf(stream, image)) {
    const isFull = to + piece.bytes - from > blockBytes || output + piece.output > outputLimitBytes;
    if (isFull && to > from) {
      yield { data: stream.subarray(from, to), imageBytes: Math.round(output) };
      from = to;
      output = 0;
    }
    to += piece.bytes;
    output += piece.output;
  }
  if (to > from) yield { data: stream.subarray(from, to), imageBytes: Math.round(output) };
}

interface Piece {
  bytes: number;
  /** Image bytes that these compressed ones become. */
  output: number;
}

async function* piecesOf(stream: Buffer, image: FlashImage): AsyncGenerator<Piece> {
  const inflate = createInflate({ chunkSize: 64 * 1024 });
  let produced = 0;
  let total = 0;
  inflate.on('data', (chunk: Buffer) => (produced += chunk.length));
  const ended = once(inflate, 'end');
  ended.catch(() => undefined);
  try {
    for (let at = 0; at < stream.length; at += pieceBytes) {
      const piece = stream.subarray(at, at + pieceBytes);
      produced = 0;
      await new Promise<void>((resolve, reject) => {
        inflate.once('error', reject);
        inflate.write(piece, () => {
          inflate.off('error', reject);
          // The stream hands its output on in a later turn than its callback.
          setImmediate(resolve);
        });
      });
      if (at + pieceBytes >= stream.length) {
        inflate.end();
        await ended;
      }
      total += produced;
      yield* parts(piece.length, produced);
    }
  } catch (error) {
    throw new RigError('IMAGE_INVALID', `the compressed ${image.name} is damaged: ${String(error)}`, {
      cause: error,
    });
  } finally {
    inflate.destroy();
  }
  if (total !== image.sizeBytes) {
    const what = `the compressed ${image.name} holds ${total} bytes instead of ${image.sizeBytes}`;
    throw new RigError('IMAGE_INVALID', what);
  }
}

/** A piece that decompresses to much is uniform data, which can be cut evenly. */
function* parts(bytes: number, output: number): Generator<Piece> {
  const count = Math.min(bytes, Math.max(1, Math.ceil(output / outputLimitBytes)));
  for (let index = 0; index < count; index++) {
    const from = Math.floor((bytes * index) / count);
    const to = Math.floor((bytes * (index + 1)) / count);
    yield { bytes: to - from, output: output / count };
  }
}
