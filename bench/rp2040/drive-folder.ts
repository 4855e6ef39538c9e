import { mkdirSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../../core/deadline.js';

/** What the chip says about itself on its drive. */
export interface DriveTexts {
  /** First line of INFO_UF2.TXT. */
  loader: string;
  model: string;
  boardId: string;
  index: string;
}

/** The folder that stands for a mounted drive. */
export interface DriveFolder {
  readonly path: string;
  /** Names of the files that are the drive's own. */
  readonly ownFiles: readonly string[];
  /** Waits until something in it may have changed; 100 ms at most. */
  changed(signal: AbortSignal): Promise<void>;
  /** Takes it away in one go, also while somebody has files in it open. May be called twice. */
  vanish(): void;
}

/** How long a change that the system does not report stays unseen, in ms. */
const lookMs = 100;

/** Makes the drive appear with its files in it, in one go, as a mount does. */
export function showDrive(path: string, { loader, model, boardId, index }: DriveTexts): DriveFolder {
  const files = {
    'INDEX.HTM': index,
    'INFO_UF2.TXT': `${loader}\r\nModel: ${model}\r\nBoard-ID: ${boardId}\r\n`,
  };
  const unseen = `${path}.mounting`;
  for (const stale of [unseen, path]) rmSync(stale, { recursive: true, force: true });
  mkdirSync(unseen, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(unseen, name), text);
  renameSync(unseen, path);

  let wake = new AbortController();
  const watcher = watch(path, () => wake.abort());
  watcher.on('error', () => watcher.close());
  let gone = false;
  return {
    path,
    ownFiles: Object.keys(files),
    async changed(signal) {
      await pause(lookMs, AbortSignal.any([signal, wake.signal])).catch(() => undefined);
      signal.throwIfAborted();
      wake = new AbortController();
    },
    vanish() {
      if (gone) return;
      gone = true;
      watcher.close();
      const leaving = `${path}.leaving`;
      rmSync(leaving, { recursive: true, force: true });
      try {
        renameSync(path, leaving);
      } catch (thrown) {
        // Whoever unplugged the board has taken it already.
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
      }
      rmSync(leaving, { recursive: true, force: true });
    },
  };
}
