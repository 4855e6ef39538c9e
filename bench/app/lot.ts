import { createHash } from 'node:crypto';
import type { Reading } from '../../firmware/factory-app.js';

/** What this board shows for a reading: off from the typical value by a part of the spread that its MAC and the name decide. */
export function valueOnBoard(mac: string, name: string, { typical, spread }: Reading): number {
  const digest = createHash('sha256').update(`${mac}/${name}`).digest();
  return typical + spread * (digest.readUInt32LE(0) / 2 ** 31 - 1);
}
