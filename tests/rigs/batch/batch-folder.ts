import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after } from 'node:test';
import type { BatchFlags } from '../../../rigs/batch/flags.js';
import { loadBatch, type LoadedBatch } from '../../../rigs/batch/load-batch.js';
import type { Batch } from '../../../rigs/batch/types.js';
import { formatProblems } from '../../../rigs/problem.js';
import { makeRigFolder, type RigFolder, type RigFolderOptions } from '../../rig-folder.js';

/** A rig of its own with one station of virtual boards, and batch files in a folder beside it. */
export interface BatchFolder {
  rig: RigFolder;
  /** Writes a file of the batch and returns its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  load(files: readonly string[], flags?: BatchFlags, env?: NodeJS.ProcessEnv): Promise<LoadedBatch>;
  /** The batch of one file with this text; fails with its problems when it has any. */
  batchOf(text: string, flags?: BatchFlags): Promise<Batch>;
  /** The problems of one file with this text, one line each, without the folder. */
  problemsOf(text: string, flags?: BatchFlags): Promise<string>;
  /** One of the documented formats with this rig's ports and paths in place of its own. */
  format(name: FormatName): Promise<string>;
  /** Image of the release that the rig has. */
  image(name: 'app' | 'bootloader' | 'partitions'): string;
}

export type FormatName =
  'batch-config.json' | 'batch.yaml' | 'batch-main.yaml' | 'batch-settings.yaml' | 'factory.yaml';

export async function makeBatchFolder(options: Partial<RigFolderOptions> = {}): Promise<BatchFolder> {
  const rig = await makeRigFolder({ slots: 4, ...options });
  after(() => rig.remove());
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(rig.folder, name);
    await writeFile(path, content);
    return path;
  };
  const load: BatchFolder['load'] = (files, flags = {}, env = {}) =>
    loadBatch({ files: [...files], flags }, { rigs: rig.rigs, specs: resolve('specs'), env });
  const image: BatchFolder['image'] = (name) => join(rig.rigs, `releases/small-1.2.0/${name}.bin`);
  return {
    rig,
    write,
    load,
    image,
    batchOf: async (text, flags) => batchIn(await load([await write('a-batch.yaml', text)], flags)),
    problemsOf: async (text, flags) => {
      const { batch, problems } = await load([await write('a-batch.yaml', text)], flags);
      assert.equal(batch, undefined, 'it should have been refused');
      return formatProblems(problems).replaceAll(`${rig.folder}/`, '');
    },
    format: async (name) => {
      const text = await readFile(join(import.meta.dirname, 'data', name), 'utf8');
      return [
        ['/dev/ttyUSB0', '/dev/serial/by-path/test-port1'],
        ['/dev/ttyUSB1', '/dev/serial/by-path/test-port2'],
        ['./firmwares/device_v1.2.3.bin', image('app')],
        ['/path/to/firmware.bin', image('app')],
        ['../dist/esp32/firmware-latest.bin', image('app')],
        ['../dist/esp32/bootloader.bin', image('bootloader')],
        ['../dist/esp32/partitions.bin', image('partitions')],
      ].reduce((before, [from = '', to = '']) => before.replaceAll(from, to), text);
    },
  };
}

/** The batch, which must be without problems. */
export function batchIn({ batch, problems }: LoadedBatch): Batch {
  assert.equal(formatProblems(problems), '');
  assert.ok(batch);
  return batch;
}
