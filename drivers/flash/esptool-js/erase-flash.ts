import { checkRegion, hex } from '../place.js';
import { answerMs } from './block.js';
import type { Session } from './connect.js';
import { op, words } from './library.js';
import { command } from './loader-error.js';

/** One erase block of NOR flash: 2 s at its slowest. The whole chip takes as long in these steps as in one. */
const stepBytes = 64 * 1024;

/** Erases a region step by step, so that a board that hangs is known soon and an abort need not wait for the whole chip. */
export async function eraseRegion(
  { transport, loader, flashSizeBytes }: Session,
  region: { offset: number; sizeBytes: number } | undefined,
  onDone: (bytes: number, totalBytes: number) => void,
): Promise<void> {
  const { offset, sizeBytes } = region ?? { offset: 0, sizeBytes: flashSizeBytes ?? 0 };
  checkRegion({ offset, sizeBytes }, flashSizeBytes);
  for (let from = offset; from < offset + sizeBytes;) {
    const to = Math.min(offset + sizeBytes, (Math.floor(from / stepBytes) + 1) * stepBytes);
    const context = {
      doing: `erasing flash at ${hex(from)}`,
      timeoutMs: answerMs,
      refused: 'FLASH_ERASE_FAILED',
    } as const;
    const request = words(from, to - from);
    await command(transport, context, () => loader.checkCommand('', op.eraseRegion, request, 0, 0, answerMs));
    from = to;
    onDone(from - offset, sizeBytes);
  }
}
