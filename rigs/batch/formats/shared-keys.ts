import { dirname, resolve } from 'node:path';
import type { LogLevel } from '../../../core/log-level.js';
import type { FlashDriverKind } from '../../../drivers/flash/flash-driver.js';
import type { CheckedFile } from '../../checked-file.js';
import type { Problem } from '../../problem.js';
import type { ValuePath } from '../../yaml-source.js';
import { patch, type Patch } from '../patched-file.js';
import { resaid, said, type Said } from '../said.js';

type File = Pick<CheckedFile<unknown>, 'file' | 'problemAt'>;

/** A value of a file with its place, by its path. */
export function sayer(file: File): <T>(path: ValuePath, value: T | undefined) => Said<T> | undefined {
  return (path, value) => said(file, path, value);
}

/** A path that is relative to the file in which it stands. */
export function besides({ file }: File, path: string): string {
  return resolve(dirname(file), path);
}

/** The words of other tools for how much is logged. */
export function logLevelOf(level: string | undefined): { level?: LogLevel } {
  const plain = level?.toLowerCase();
  if (plain === undefined) return {};
  if (plain === 'warning' || plain === 'warn') return { level: 'warn' };
  if (plain === 'critical' || plain === 'error') return { level: 'error' };
  return { level: plain === 'debug' ? 'debug' : 'info' };
}

/** A protection that cannot be switched off: `false` is refused, `true` is what happens anyway. */
export function mustBeTrue(value: Said<boolean> | undefined, instead: string): Problem[] {
  if (value?.value !== false) return [];
  return [value.problem(`is false, and that is not done here: ${instead}`)];
}

/** So many further tries of a write. */
export function furtherTries(from: Said<number> | undefined): Patch[] {
  return from === undefined ? [] : patch(['recovery', 'attempts'], from, from.value + 1);
}

/** Reads out what a board holds before it is written, where its board file does not ask for more. */
export function backup(from: Said<boolean> | undefined): Patch[] {
  if (from === undefined) return [];
  if (!from.value) return patch(['backup'], from, 'none');
  const unless = (written: unknown): boolean => written === 'regions' || written === 'whole';
  return patch(['backup'], from, 'regions').map((each) => ({ ...each, unless, isOptional: true }));
}

/** A unit that fails gets back what it held, and there is something to give back. */
export function rollback(from: Said<boolean> | undefined): Patch[] {
  if (from === undefined) return [];
  const asked = patch(['rollbackOnFailure'], from).map((each) => ({ ...each, isOptional: true as const }));
  return from.value ? [...backup(from), ...asked] : patch(['rollbackOnFailure'], from);
}

/** Seconds, as other tools write them, in milliseconds. */
export function inMs(seconds: Said<number> | undefined): Said<number> | undefined {
  return seconds && resaid(seconds, Math.max(1, Math.round(seconds.value * 1000)));
}

/** Ways to a board, as other tools name them, with the drivers that go them. */
export const protocols: Record<string, readonly FlashDriverKind[]> = {
  uart: ['esptool-js', 'esptool', 'avrdude', 'stm32flash', 'command'],
  serial: ['esptool-js', 'esptool', 'avrdude', 'stm32flash', 'command'],
  network: ['ota-http', 'espota', 'command'],
  http: ['ota-http'],
  ota: ['ota-http', 'espota'],
  usb: ['uf2', 'command'],
  uf2: ['uf2'],
  ssh: ['command'],
  swd: ['command'],
};

/** An id that names a folder: `Production Rollout v1.2.0` is `production-rollout-v1.2.0`. */
export function idOf(name: string): string | undefined {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 100);
  return plain === '' ? undefined : plain;
}
