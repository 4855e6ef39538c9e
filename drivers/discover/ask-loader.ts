import { askEspLoader } from '../flash/esptool-js/ask-loader.js';
import type { Link } from '../link/link.js';
import { isPseudoTerminal } from '../link/serial-port.js';
import { openSerialLink } from '../link/serial-link.js';
import { askAvrLoader } from './ask-avr.js';
import { askStm32Loader } from './ask-stm32.js';
import type { LoaderFound, LoaderKind } from './loader-found.js';

/** Rate at which every loader is asked, in bits per second: each of them takes it. */
export const loaderBaudRate = 115_200;

/**
 * Opens the port and asks for one kind of loader; resets nothing. Throws PORT_* and the signal's reason; a loader that answers and then falls silent
 * counts as none.
 */
export async function askLoader(
  path: string,
  kind: LoaderKind,
  signal: AbortSignal,
): Promise<LoaderFound | undefined> {
  // A pseudo-terminal takes no parity.
  const parity = kind === 'stm32' && !(await isPseudoTerminal(path)) ? 'even' : 'none';
  const link = await openSerialLink({ path, baudRate: loaderBaudRate, parity });
  try {
    return await askLoaderOn(link, kind, signal);
  } finally {
    await link.close();
  }
}

/** As `askLoader`, on a link with the loader's rate and parity. */
export async function askLoaderOn(
  link: Link,
  kind: LoaderKind,
  signal: AbortSignal,
): Promise<LoaderFound | undefined> {
  if (kind === 'stm32') return askStm32Loader(link, signal);
  if (kind === 'avr') return askAvrLoader(link, signal);
  const found = await askEspLoader(link).catch(() => undefined);
  signal.throwIfAborted();
  link.lost.throwIfAborted();
  if (found === undefined) return undefined;
  const { chip, description, mac } = found;
  return { loader: 'esp', chip, description, ...(mac !== undefined && { mac }) };
}
