import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, temporaryName } from '../../core/files.js';

/** A file that is written piece by piece and then stands in the place of the old one in one step, as `replaceFile` does it with a whole content. */
export interface AtomicWriter {
  readonly path: string;
  /** Keeps the text until it is drained. */
  add(text: string): void;
  /** Whether it is time to drain. */
  isFull(): boolean;
  /** Writes what was added; nothing may be added meanwhile. */
  drain(): Promise<void>;
  /** Writes the rest, and puts the file in its place: after a power cut the old one is there or the new one, whole. */
  commit(): Promise<void>;
  /** Leaves the old file as it is, unless the new one was committed; may be called twice. */
  discard(): Promise<void>;
}

const bufferBytes = 1 << 20;
/** UTF-8 bytes of one UTF-16 unit, at most. */
const bytesPerUnit = 3;

/** Begins the new file beside the old one. */
export async function openAtomicWriter(path: string): Promise<AtomicWriter> {
  const temporary = temporaryName(path);
  const file = await open(temporary, 'wx');
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let filled = 0;
  /** What did not fit into the buffer. */
  let more: string[] = [];
  let state: 'open' | 'committed' | 'discarded' = 'open';

  const drain = async () => {
    if (filled > 0) await file.writeFile(buffer.subarray(0, filled));
    if (more.length > 0) await file.writeFile(more.join(''));
    filled = 0;
    more = [];
  };
  return {
    path,
    add(text) {
      const fits = more.length === 0 && filled + text.length * bytesPerUnit <= bufferBytes;
      if (fits) filled += buffer.write(text, filled);
      else more.push(text);
    },
    isFull: () => more.length > 0 || filled > bufferBytes / 2,
    drain,
    async commit() {
      await drain();
      await file.sync();
      await file.close();
      await rename(temporary, path);
      state = 'committed';
      await syncFolder(dirname(path));
    },
    async discard() {
      if (state !== 'open') return;
      state = 'discarded';
      await file.close();
      await rm(temporary, { force: true });
    },
  };
}
