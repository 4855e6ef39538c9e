import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { NetworkDevice } from './device.js';
import { createFlashPace } from './flash-pace.js';
import { beginUpdate, type Update } from './update.js';
import { updateSpace } from './update-space.js';

/**
 * Takes the file `firmware` of a form into flash; its MD5 may come as the field `md5`. Returns what is wrong with it, or undefined when it will be
 * started next. Rejects when the host goes away: then the application that runs goes on. Such a server has one client at a time; others wait.
 */
export async function takeUpload(
  device: NetworkDevice,
  request: IncomingMessage,
  md5: string | undefined,
): Promise<string | undefined> {
  while (device.updating) await device.updating.catch(() => undefined);
  const taking = takeForm(device, request, md5);
  device.updating = taking;
  try {
    return await taking;
  } finally {
    delete device.updating;
  }
}

async function takeForm(
  device: NetworkDevice,
  request: IncomingMessage,
  md5: string | undefined,
): Promise<string | undefined> {
  const files: Readable[] = [];
  const taken: Promise<unknown>[] = [];
  let update: Update | undefined;
  let given = md5;
  const { chip, flash } = device;
  const space = updateSpace(chip, flash);
  try {
    const form = openForm(request);
    if (form === undefined) return 'No form received';
    const announced = Number(request.headers['content-length'] ?? 0);
    form.on('field', (name, value) => {
      if (name.toLowerCase() === 'md5') given = value;
    });
    form.on('file', (name, file) => {
      files.push(file);
      if (name !== 'firmware' || update !== undefined) return void file.resume();
      update = beginUpdate({ chip, flash, space }, () => given);
      const work = take(device, update, file, announced);
      taken.push(work);
      // Looked at below; until then it must not end the bench.
      work.catch(() => undefined);
    });
    await pipeline(request, form, { signal: device.signal });
    await Promise.all(taken);
    if (update === undefined) return 'No file received';
    if (!update.end()) return update.error;
    if (space) device.onRestart(space.restarting);
    return undefined;
  } finally {
    for (const file of files) file.destroy();
    await Promise.allSettled(taken);
  }
}

function openForm({ headers }: IncomingMessage): BusboyInstance | undefined {
  const type = headers['content-type'];
  if (type === undefined || !type.startsWith('multipart/form-data')) return undefined;
  try {
    return new Busboy({ headers: { ...headers, 'content-type': type } });
  } catch {
    // It names no boundary.
    return undefined;
  }
}

async function take(device: NetworkDevice, update: Update, file: Readable, announced: number): Promise<void> {
  const pace = createFlashPace(device, announced);
  for await (const chunk of file) {
    const bytes = chunk as Buffer;
    update.write(bytes);
    await pace.wrote(bytes.length);
  }
}
