import { access } from 'node:fs/promises';
import { pause, pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { HubPortAddress } from '../../gpio/output.js';
import { openHubPort } from './hub-port.js';

/** An adapter without power has forgotten everything by then, in ms: they have capacitors. */
const offMs = 1000;
/** From power to the path that udev makes, in ms. */
const appearMs = 15_000;
const lookMs = 50;

/**
 * Takes power from a USB serial adapter that hangs, gives it back, and waits until its port is there again. Whatever happens, the hub port ends up on
 * again. Throws as `openHubPort` and its `write` do, and PORT_NOT_FOUND when the port stays away.
 */
export async function resetAdapter(
  path: string,
  hubPort: HubPortAddress,
  signal?: AbortSignal,
): Promise<void> {
  const port = await openHubPort(hubPort, { initial: 'as-is' });
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
  await pollUntil(
    () =>
      access(path).then(
        () => true,
        () => undefined,
      ),
    {
      intervalMs: lookMs,
      timeoutMs: appearMs,
      signal,
      onTimeout: () => {
        const where = `hub ${hubPort.hub} port ${hubPort.port}`;
        return new RigError(
          'PORT_NOT_FOUND',
          `${path} did not come back within ${appearMs / 1000} s after ${where} was off and on`,
        );
      },
    },
  );
}
