import { RigError } from '../../core/errors.js';
import type { FlashImage } from './flash-driver.js';
import { writingAt } from './update-verdict.js';

/** A device that takes nothing for so long has stopped; with the time to notice it is known within 5 s. */
export const stallMs = 4500;

/** Watches how far a write has come. */
export interface StallWatch {
  /** Bytes that have arrived. */
  readonly doneBytes: number;
  /** Takes note of progress; what is less than before is none. */
  reached(doneBytes: number): void;
  /** Anything else that shows that the device lives. */
  alive(): void;
  /** Rejects with FLASH_STALLED when nothing has been noted for `stallMs`. */
  readonly stalled: Promise<never>;
  stop(): void;
}

export function watchForStall(image: FlashImage, onDone: (doneBytes: number) => void): StallWatch {
  let doneBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let reject: (error: Error) => void = () => undefined;
  const stalled = new Promise<never>((_, settle) => (reject = settle));
  stalled.catch(() => undefined);
  let stopped = false;
  const alive = () => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      const what = `the device took nothing and said nothing for ${stallMs / 1000} s while ${writingAt(image, doneBytes)}`;
      reject(new RigError('FLASH_STALLED', what));
    }, stallMs);
  };
  alive();
  return {
    get doneBytes() {
      return doneBytes;
    },
    reached(bytes) {
      const reachedBytes = Math.min(bytes, image.sizeBytes);
      if (stopped || reachedBytes <= doneBytes) return;
      doneBytes = reachedBytes;
      alive();
      onDone(doneBytes);
    },
    alive,
    stalled,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
