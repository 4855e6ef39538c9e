import { RigError } from '../../core/errors.js';
import type { FlashDriver, FlashDriverKind, FlashDriverOptions, Having } from './flash-driver.js';

export type { FlashDriverKind } from './flash-driver.js';

/** Makes the driver that the board file names. Only that one is loaded; the port is opened by the first call. */
export async function openFlashDriver(
  kind: FlashDriverKind,
  options: FlashDriverOptions,
): Promise<FlashDriver> {
  switch (kind) {
    case 'esptool-js':
      return (await import('./esptool-js/driver.js')).openEsptoolJs(having(kind, options, 'link'));
    case 'esptool':
      return (await import('./esptool.js')).openEsptool(having(kind, options, 'link'));
    case 'avrdude':
      return (await import('./avrdude/driver.js')).openAvrdude(having(kind, options, 'link'));
    case 'uf2':
      return (await import('./uf2/driver.js')).openUf2(having(kind, options, 'drive'));
    case 'stm32flash':
      return (await import('./stm32flash/driver.js')).openStm32flash(having(kind, options, 'link'));
    case 'ota-http':
      return (await import('./ota-http/driver.js')).openOtaHttp(having(kind, options, 'network'));
    case 'espota':
      return (await import('./espota/driver.js')).openEspota(having(kind, options, 'network'));
    case 'command':
      return (await import('./command/driver.js')).openCommand(having(kind, options, 'command'));
    default:
      throw new RigError('CONFIG_INVALID', `there is no driver ${kind}`);
  }
}

function having<Key extends keyof FlashDriverOptions>(
  kind: FlashDriverKind,
  options: FlashDriverOptions,
  key: Key,
): Having<Key> {
  const value = options[key];
  if (value === undefined) throw new RigError('CONFIG_INVALID', `the driver ${kind} needs the slot's ${key}`);
  return { ...options, [key]: value } as Having<Key>;
}
