import { copyFile, constants, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import { RigError } from '../core/errors.js';
import { hasErrno, replaceFile } from '../core/files.js';
import { loadRig, throwProblems, type LoadRigOptions } from './load-rig.js';
import type { Station } from './types.js';
import { withScalars, type ScalarChange } from './write-scalars.js';

/** A port of a slot that becomes another one. */
export interface PortChange {
  slot: string;
  key: 'serial.path' | 'bootDrive';
  path: string;
}

export interface WritePortsOptions extends Pick<LoadRigOptions, 'specs' | 'env'> {
  /** For the name of the copy. */
  now?: Date;
}

/**
 * Writes the ports into the station's file: only these values change. The file as it was stays beside it; its path is returned. The written file is loaded
 * with all its rules, and the old one is put back when it breaks one: CONFIG_INVALID, as for a file in which a value cannot be changed. Throws
 * DISK_WRITE_FAILED.
 */
export async function writePorts(
  station: Pick<Station, 'name' | 'file'>,
  changes: readonly PortChange[],
  { now = new Date(), ...options }: WritePortsOptions = {},
): Promise<{ backup: string }> {
  const file = await realpath(station.file);
  const text = await readFile(file, 'utf8');
  const changed = inPlace(text, scalarsOf(text, station.name, changes), file);
  const backup = `${file}.${stamp(now)}.bak`;
  try {
    const { mode } = await stat(file);
    await copyFile(file, backup, constants.COPYFILE_EXCL);
    await replaceFile(file, changed, { mode });
  } catch (cause) {
    // The file is as it was; half a copy of it beside it would only be taken for one.
    if (!hasErrno(cause, 'EEXIST')) await rm(backup, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RigError('DISK_WRITE_FAILED', `${file} could not be written: ${why}`, { cause });
  }
  try {
    const rig = await loadRig(dirname(station.file), { ...options, stations: [station.name] });
    throwProblems(rig.problems);
  } catch (thrown) {
    await rename(backup, file);
    throw thrown;
  }
  return { backup };
}

/** Throws CONFIG_INVALID for a file that says a port in another way than as one value at its place. */
function inPlace(text: string, changes: readonly ScalarChange[], file: string): string {
  try {
    return withScalars(text, changes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const values = changes.map(({ path, value }) => `${path.join('.')}: ${value}`).join(', ');
    throw new RigError(
      'CONFIG_INVALID',
      `${file} was left as it is: ${why}; write it there by hand, without anchors and as one line: ${values}`,
      { cause },
    );
  }
}

function scalarsOf(text: string, station: string, changes: readonly PortChange[]): ScalarChange[] {
  const { slots = [] } = parse(text) as { slots?: { id: string }[] };
  return changes.map(({ slot, key, path }) => {
    const index = slots.findIndex(({ id }) => id === slot);
    if (index === -1) throw new RigError('CONFIG_INVALID', `${station} has no ${slot} any more`);
    return { path: ['slots', index, ...key.split('.')], value: path };
  });
}

/** `20261120-153012`, in UTC. */
function stamp(now: Date): string {
  return now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
}
