import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptRecord } from '../../core/record.js';
import { backupIndex } from '../../drivers/flash/backup/backup.js';
import { writeCheckpoint } from '../journal/checkpoint-files.js';
import type { Journal } from '../journal/journal.js';
import type { BatchRun } from '../order/batch-run.js';

/** Names where the journal of a batch stands, as often as the batch says and at the end of each run. */
export interface Checkpoints {
  note(record: AttemptRecord): void;
  waveEnded(): void;
  /** The last one of the run; stops the clock of the others. */
  close(): Promise<void>;
}

export interface CheckpointsOptions {
  run: BatchRun;
  runId: string;
  append: Journal['append'];
  /** Does one thing after the other, and tells what fails. */
  keep: (work: () => Promise<unknown>) => Promise<void>;
}

export function createCheckpoints({ run, runId, append, keep }: CheckpointsOptions): Checkpoints {
  const { batch, state, folder } = run;
  const { everyWaves, everySeconds } = batch.checkpoints;
  /** Folders, relative, of the backups that no checkpoint names for sure: of a run that died, all. */
  const backups = new Set([...state.units.values()].flatMap(({ backup }) => backup ?? []));
  let wavesSince = 0;
  let count = state.checkpoints.length;

  const write = () =>
    keep(async () => {
      count += 1;
      const id = `${String(count).padStart(4, '0')}-${runId}`;
      const done = [...state.units.values()].filter(({ result }) => result !== undefined).length;
      const counts = { id, done, units: batch.units.length };
      const named = [...backups];
      const { seq, hash } = await append('checkpoint', counts);
      const files = await Promise.all(named.map((backup) => fileOf(folder, backup)));
      const at = new Date().toISOString();
      await writeCheckpoint(folder, { ...counts, at, runId, seq, hash, inputs: run.header.inputs, files });
      for (const backup of named) backups.delete(backup);
    });
  const clock = everySeconds && setInterval(() => void write(), everySeconds * 1000);
  if (clock) clock.unref();
  return {
    note(record) {
      if (record.backup) backups.add(record.backup.folder);
    },
    waveEnded() {
      wavesSince += 1;
      if (batch.waves.kind !== 'time-based' && (everyWaves === undefined || wavesSince < everyWaves)) return;
      wavesSince = 0;
      void write();
    },
    async close() {
      if (clock) clearInterval(clock);
      await write();
    },
  };
}

async function fileOf(folder: string, backup: string): Promise<{ path: string; sha256: string }> {
  const path = join(backup, backupIndex);
  const sha256 = createHash('sha256')
    .update(await readFile(join(folder, path)))
    .digest('hex');
  return { path, sha256 };
}
