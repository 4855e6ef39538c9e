import type { FlashDriver, FlashDriverOptions } from './flash-driver.js';

export type FlashDriverKind = 'esptool-js' | 'esptool';

/** Makes the driver that the board file names. Only that one is loaded; the port is opened by the first call. */
export async function openFlashDriver(
  kind: FlashDriverKind,
  options: FlashDriverOptions,
): Promise<FlashDriver> {
  switch (kind) {
    case 'esptool-js':
      return (await import('./esptool-js/driver.js')).openEsptoolJs(options);
    case 'esptool':
      return (await import('./esptool.js')).openEsptool(options);
  }
}
