import { createInflate, type Inflate } from 'node:zlib';
import { sectorBytes } from '../flash-array.js';
import type { FlashArray } from '../parts.js';
import type { Failure } from './failures.js';

export interface FlashWriteOptions {
  flash: FlashArray;
  offset: number;
  /** Bytes to program, after inflating. */
  sizeBytes: number;
  /** Blocks that the host announced. */
  blocks: number;
  compressed: boolean;
  /** A ROM has erased all that it will before the first block. */
  isErased: boolean;
}

/** One write that is under way, from its BEGIN to its END. Blocks are programmed in order of arrival, like on the chip: their numbers do not matter. */
export interface FlashWrite {
  readonly compressed: boolean;
  /** Starts programming a block. */
  program(block: Buffer): void;
  /** Waits until all blocks so far are in flash; the first failure since it was asked last. */
  settled(): Promise<Failure | undefined>;
  /** Bytes that are still missing. */
  readonly remainingBytes: number;
  /** Share of the announced blocks that will have arrived with `blocks` more, in percent. */
  arrivedPercentWith(blocks: number): number;
  close(): void;
}

/** Erases, unless that is done, sector by sector just ahead of what it programs, which takes no time beyond the line's: erase and program times are not modelled. */
export function createFlashWrite({
  flash,
  offset,
  sizeBytes,
  blocks,
  compressed,
  isErased,
}: FlashWriteOptions): FlashWrite {
  let position = offset;
  let erasedTo = offset - (offset % sectorBytes);
  let remainingBytes = sizeBytes;
  let arrivedBlocks = 0;
  let failure: Failure | undefined;
  let tail: Promise<void> | undefined;
  const inflater = compressed ? createInflater(put, (cause) => (failure ??= cause)) : undefined;

  /** The last block may be padded: what exceeds the announced size is not programmed. */
  function put(bytes: Buffer): void {
    if (compressed && bytes.length > remainingBytes) failure ??= 'too-much-data';
    const wanted = bytes.subarray(0, remainingBytes);
    while (!isErased && erasedTo < position + wanted.length) {
      flash.erase(erasedTo, sectorBytes);
      erasedTo += sectorBytes;
    }
    if (!flash.write(position, wanted)) failure ??= 'flash-write';
    position += wanted.length;
    remainingBytes -= wanted.length;
  }

  return {
    compressed,
    get remainingBytes() {
      return remainingBytes;
    },
    arrivedPercentWith: (more) => (blocks === 0 ? 100 : ((arrivedBlocks + more) / blocks) * 100),
    program(block) {
      arrivedBlocks += 1;
      if (inflater) tail = inflater.inflate(block);
      else put(block);
    },
    async settled() {
      await tail;
      tail = undefined;
      const found = failure;
      failure = undefined;
      return found;
    },
    close: () => inflater?.close(),
  };
}

interface Inflater {
  /** Resolves when the output of the block has been put. Calls must not overlap. */
  inflate(block: Buffer): Promise<void>;
  close(): void;
}

const outputChunkBytes = 64 * 1024;

function createInflater(put: (bytes: Buffer) => void, fail: (failure: Failure) => void): Inflater {
  const stream: Inflate = createInflate({ chunkSize: outputChunkBytes });
  let over = false;
  let release: (() => void) | undefined;
  stream.on('data', put);
  stream.on('end', () => (over = true));
  stream.on('error', () => {
    over = true;
    fail('inflate');
    release?.();
  });

  return {
    inflate: (block) =>
      new Promise((resolve) => {
        if (over) {
          resolve();
          return;
        }
        release = resolve;
        // The stream hands its output on in later turns than its callback.
        stream.write(block, () => setImmediate(resolve));
      }),
    close() {
      over = true;
      stream.destroy();
      release?.();
    },
  };
}
