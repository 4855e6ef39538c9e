import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pollUntil } from '../core/deadline.js';
import type { BenchState } from '../rigs/bench.js';
import type { RigFolder } from './rig-folder.js';

/** `rig bench <station>` as a person would start it; runs of that station use it as long as it lives. */
export async function startBench(
  rig: Pick<RigFolder, 'station'> & { env: NodeJS.ProcessEnv },
  log: string,
): Promise<{ state: BenchState; stop: () => Promise<void> }> {
  const env = { ...process.env, ...rig.env };
  const bench = spawn(process.execPath, ['cli/rig.js', 'bench', rig.station], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => bench.once('close', () => resolve()));
  const output = createWriteStream(log, { flags: 'a' });
  bench.stdout.pipe(output, { end: false });
  bench.stderr.pipe(output, { end: false });
  const stop = async () => {
    bench.kill('SIGTERM');
    await ended;
    output.end();
  };
  try {
    const stateFile = join(rig.env['RIG_RUNTIME_DIR'] ?? '', `bench-${rig.station}.json`);
    const text = await pollUntil(() => readFile(stateFile, 'utf8').catch(() => undefined), {
      timeoutMs: 15_000,
      intervalMs: 50,
      onTimeout: () => new Error(`rig bench ${rig.station} did not start: see ${log}`),
    });
    return { state: JSON.parse(text) as BenchState, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
