import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RigError } from '../../core/errors.js';

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
