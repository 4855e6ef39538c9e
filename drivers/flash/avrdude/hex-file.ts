import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIntelHex } from '../../../firmware/intel-hex.js';
import type { MemorySegment } from '../../../firmware/memory-segment.js';

/** Gives `use` the path of a file for the tool, and leaves nothing of it behind. */
export async function withFile<T>(name: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-avr-'));
  try {
    return await use(join(folder, name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same with a file that holds these segments: the one form in which the tool takes several, each at its address. */
export function withHexFile<T>(
  segments: readonly MemorySegment[],
  use: (file: string) => Promise<T>,
): Promise<T> {
  return withFile('image.hex', async (file) => {
    await writeFile(file, buildIntelHex(segments));
    return use(file);
  });
}
