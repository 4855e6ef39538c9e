import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { hasErrno } from '../../core/files.js';

/** A sensor on a stuck bus can hold a read for ever. */
const readTimeoutMs = 2000;

/** The text of one attribute file of the kernel. Throws METER_FAILED, also when it takes longer than `timeoutMs`. */
export async function readAttribute(file: string, timeoutMs = readTimeoutMs): Promise<string> {
  const onTimeout = () =>
    new RigError('METER_FAILED', `${file} could not be read within ${timeoutMs / 1000} s`);
  try {
    return await withDeadline(() => readFile(file, 'utf8'), { timeoutMs, onTimeout });
  } catch (cause) {
    if (cause instanceof RigError) throw cause;
    throw new RigError('METER_FAILED', `cannot read ${file}: ${whyOf(cause)}`, { cause });
  }
}

function whyOf(cause: unknown): string {
  if (hasErrno(cause, 'EBUSY')) return 'EBUSY, another program captures from this device; end it';
  return cause instanceof Error ? cause.message : String(cause);
}

/** As `readAttribute`, for a whole number. */
export async function readWhole(file: string, timeoutMs?: number): Promise<number> {
  return numberIn(file, await readAttribute(file, timeoutMs), /^-?\d+\n?$/, 'a whole number');
}

/** As `readAttribute`, for a decimal number. */
export async function readDecimal(file: string, timeoutMs?: number): Promise<number> {
  return numberIn(file, await readAttribute(file, timeoutMs), /^-?\d+(\.\d+)?\n?$/, 'a number');
}

function numberIn(file: string, text: string, pattern: RegExp, what: string): number {
  if (pattern.test(text)) return Number(text);
  throw new RigError('METER_FAILED', `${file} holds ${JSON.stringify(text.slice(0, 80))}, not ${what}`);
}

/** True when the file is there, readable or not. */
export function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/**
 * The folder of a device of the kernel: the given one, or its only child of such a name, since the number in that name follows the order in which the
 * drivers were loaded. Throws METER_FAILED when there are several.
 */
export async function deviceFolder(given: string, childName: RegExp): Promise<string> {
  const children = await readdir(given).catch(() => []);
  const devices = children.filter((name) => childName.test(name)).sort();
  const [only] = devices;
  if (only === undefined) return given;
  if (devices.length === 1) return join(given, only);
  throw new RigError('METER_FAILED', `${given} holds ${devices.join(' and ')}; name the one that is meant`);
}
