import { resolve } from 'node:path';
import { RigError } from '../core/errors.js';
import { runtimeFolder } from '../core/runtime-folder.js';
import { exitCodes } from './exit-codes.js';
import { findStation } from './find-station.js';
import { mapStation, type MapFlags } from './map.js';
import { jsonError, printJson } from './output.js';
import { resultsFolder } from './places.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Maps a station until it is done or the operator stops it, which switches everything off. */
export async function runMap(name: string, flags: MapFlags): Promise<void> {
  const interrupted = new AbortController();
  const stop = () => interrupted.abort(new RigError('ABORTED', 'stopped; every slot is switched off'));
  for (const signal of signals) process.on(signal, stop);
  try {
    process.exitCode = await mapStation(await findStation(name), {
      ...flags,
      runtimeFolder: runtimeFolder(resolve('.'), process.env),
      results: resultsFolder(),
      signal: interrupted.signal,
    });
  } catch (thrown) {
    if (!interrupted.signal.aborted || !(thrown instanceof RigError)) throw thrown;
    if (flags.json) printJson(jsonError(thrown));
    else process.stderr.write(`${thrown.message}\n`);
    process.exitCode = exitCodes.interrupted;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
