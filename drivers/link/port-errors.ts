import { readdir } from 'node:fs/promises';
import { RigError } from '../../core/errors.js';
import { holderName, holderOf } from './port-holder.js';

/** What opening `path` failed with, as an error that says what to do. The binding has no codes, only texts. */
export async function openError(path: string, thrown: unknown): Promise<RigError> {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const options = { cause: thrown, details: { path } };
  if (/No such (file|device)/.test(text)) {
    return new RigError('PORT_NOT_FOUND', `${path} does not exist; ${await portsThereAre()}`, options);
  }
  if (/Inappropriate ioctl|Not a (directory|typewriter)|Is a directory/.test(text)) {
    return new RigError('PORT_NOT_FOUND', `${path} is no serial port; ${await portsThereAre()}`, options);
  }
  if (/Permission denied|not permitted/.test(text)) {
    const who = process.getuid === undefined ? 'this user' : `the user with id ${process.getuid()}`;
    return new RigError('PORT_PERMISSION', `${path} may not be opened by ${who}`, options);
  }
  if (/lock port|busy/i.test(text)) {
    return new RigError('PORT_BUSY', `${path} is held by ${holderName(await holderOf(path))}`, options);
  }
  return new RigError('PORT_LOST', `${path} could not be opened: ${text}`, options);
}

/** A port that went away or stopped working while it was in use. */
export function lostError(path: string, what: string, cause?: unknown): RigError {
  return new RigError('PORT_LOST', `${path} ${what}`, { details: { path }, cause });
}

/** The serial ports of this host in words, by USB path where there is one, as station files name them. */
async function portsThereAre(): Promise<string> {
  const byPath = (await namesIn('/dev/serial/by-path')).map((name) => `/dev/serial/by-path/${name}`);
  const plain = (await namesIn('/dev'))
    .filter((name) => /^(tty(USB|ACM|AMA|THS|mxc)\d+|cu\.usb.+)$/.test(name))
    .map((name) => `/dev/${name}`);
  const ports = byPath.length > 0 ? byPath : plain;
  return ports.length > 0 ? `there are: ${ports.join(', ')}` : 'this host has no USB serial port at all';
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.sort();
}
