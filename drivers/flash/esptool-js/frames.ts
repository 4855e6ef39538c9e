import type { FlashImage } from '../flash-driver.js';
import { blocksOf, compressed } from './blocks.js';
import { op } from './library.js';
import { encodeDataFrame } from './slip.js';

export interface BlockFrame {
  /** A data command, ready for the wire. */
  frame: Buffer;
  /** Image bytes that are complete once the loader has it. */
  imageBytes: number;
}

/** An image on its way to the wire. */
export interface ImageFrames {
  readonly image: FlashImage;
  readonly compressedBytes: Promise<number>;
  /** The next frame, undefined after the last. */
  next(): Promise<BlockFrame | undefined>;
  close(): void;
}

/**
 * Reads an image and cuts it into frames, always one ahead of what was asked for: the first is made while the board still
 * enters its loader, each further one while the loader receives the one before, so that the wire never waits for it.
 */
export function prepareFrames(image: FlashImage): ImageFrames {
  const stream = compressed(image);
  const frames = framesOf(stream, image);
  const begin = () => {
    const next = frames.next();
    // Failures are heard by whoever asks for the frame.
    next.catch(() => undefined);
    return next;
  };
  let ahead = begin();
  const compressedBytes = stream.then((bytes) => bytes.length);
  compressedBytes.catch(() => undefined);
  return {
    image,
    compressedBytes,
    async next() {
      const { done, value } = await ahead;
      ahead = begin();
      return done ? undefined : value;
    },
    close: () => void frames.return(undefined).catch(() => undefined),
  };
}

async function* framesOf(
  stream: Promise<Buffer>,
  image: FlashImage,
): AsyncGenerator<BlockFrame, undefined, undefined> {
  let sequence = 0;
  for await (const { data, imageBytes } of blocksOf(await stream, image)) {
    yield { frame: encodeDataFrame(op.deflData, sequence++, data), imageBytes };
  }
  return undefined;
}
