import { stat } from 'node:fs/promises';
import { pause, pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { outputName, type HubPortAddress } from '../../gpio/output.js';
import { openHubPort } from './hub-port.js';

/** An adapter without power has forgotten everything by then, in ms: they have capacitors. */
const offMs = 1000;
/** From power to the path that udev makes, in ms. */
const appearMs = 15_000;
const lookMs = 50;

/**
 * Takes power from a USB serial adapter that hangs, gives it back, and waits until its port is there anew. Whatever happens, the hub port ends up on
 * again. Throws as `openHubPort` and its `write` do, PORT_NOT_FOUND when the port stays away, and LINE_READBACK when it never went: then the hub says that
 * it switches its ports, and does not, or the adapter hangs elsewhere.
 */
export async function resetAdapter(
  path: string,
  hubPort: HubPortAddress,
  signal?: AbortSignal,
): Promise<void> {
  const before = await markOf(path);
  const port = await openHubPort(hubPort, { initial: 'as-is' });
  let after: string | undefined;
  try {
    try {
      await port.write(false);
      await pause(offMs, signal);
    } finally {
      await port.write(true);
    }
  } finally {
    await port.close();
  }
  const isBack = async () => {
    after = await markOf(path);
    return after === undefined || after === before ? undefined : true;
  };
  await pollUntil(isBack, {
    intervalMs: lookMs,
    timeoutMs: appearMs,
    signal,
    onTimeout() {
      const where = `${outputName(hubPort)} was off and on again`;
      const seconds = `${appearMs / 1000} s`;
      return after === undefined
        ? new RigError('PORT_NOT_FOUND', `${path} did not come back within ${seconds} after ${where}`)
        : new RigError(
            'LINE_READBACK',
            `${where}, and ${path} has not noticed in ${seconds}; check serial.hubPort, and that this hub really switches power`,
          );
    },
  });
}

/** Changes with every appearance of the device node; undefined while it is not there. */
async function markOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, birthtimeMs } = await stat(path);
    return `${dev}/${ino}/${birthtimeMs}`;
  } catch {
    return undefined;
  }
}
