import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The bench's own record, `bench.log`: what drove its boards and what they did, with a UTC timestamp a line. */
export interface BenchLog {
  readonly path: string;
  write(text: string): void;
  /** May be called twice. */
  close(): void;
}

/** Makes the folder; a log that is there goes on. */
export function openBenchLog(folder: string): BenchLog {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'bench.log');
  let file: number | undefined = openSync(path, 'a');
  return {
    path,
    write(text) {
      if (file !== undefined) writeSync(file, `${new Date().toISOString()} ${text}\n`);
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
