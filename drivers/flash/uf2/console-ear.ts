import type { LinkOptions } from '../../link/link.js';
import { openSerialLink } from '../../link/serial-link.js';

/** Hears what a board says on its console while its drive should appear. */
export interface ConsoleEar {
  /** Its text; undefined when it said nothing that can be read. */
  heard(): string | undefined;
  close(): Promise<void>;
}

/** Fewer readable characters may be noise of a line without power. */
const leastText = 8;

/**
 * Listens on the slot's port, which is a help and no more: it may not even exist, where the console is the firmware's own USB port. Undefined
 * then.
 */
export async function listenOn(options: LinkOptions): Promise<ConsoleEar | undefined> {
  const link = await openSerialLink({ ...options, native: false }).catch(() => undefined);
  if (link === undefined) return undefined;
  let text = '';
  link.onData((chunk) => (text = (text + chunk.toString('latin1')).slice(-2000)));
  return {
    heard: () => (text.replace(/[^\x20-\x7e]/g, '').length < leastText ? undefined : text),
    close: () => link.close(),
  };
}
