import type { AppContext } from '../app/app-context.js';
import { runFactoryApp } from '../app/factory-app.js';
import type { ResetCause } from '../boot/rom-texts.js';
import type { HostKeys, NetworkDevice, Service } from './device.js';
import { serveOta } from './ota-server.js';
import { serveTextConsole } from './text-console.js';
import { serveWeb } from './web-server.js';

export type DeviceParts = Pick<
  NetworkDevice,
  'address' | 'credentials' | 'chip' | 'mac' | 'flash' | 'faults' | 'tap' | 'log' | 'onConnection'
>;

/** Runs the application with its servers around it, until one of them or the application resets the chip. */
export async function runOnNetwork(
  parts: DeviceParts,
  app: AppContext,
  { keys, onReady }: { keys: HostKeys; onReady: () => void },
): Promise<ResetCause> {
  const ended = new AbortController();
  const signal = AbortSignal.any([app.signal, ended.signal]);
  const restart = createRestart();
  let hung = false;
  const device: NetworkDevice = {
    ...parts,
    app: { ...app, signal },
    get hung() {
      return hung;
    },
    hang() {
      hung = true;
      parts.log('its main loop stands still');
    },
    restart: restart.in,
    onRestart: restart.onRestart,
    signal,
  };
  const services = await openServices(device, keys);
  const running = runFactoryApp(device.app, onReady);
  try {
    const cause = await Promise.race([running, restart.done]);
    restart.finish();
    return cause;
  } finally {
    ended.abort(new Error('the application has ended'));
    restart.cancel();
    await Promise.all(services.map((service) => service.close()));
    // It still has the console until it notices.
    await running.catch(() => undefined);
  }
}

async function openServices(device: NetworkDevice, keys: HostKeys): Promise<Service[]> {
  const isLinux = device.chip === 'linux';
  const services: Service[] = [];
  try {
    services.push(await serveWeb(device));
    services.push(await serveTextConsole(device));
    if (!isLinux) services.push(await serveOta(device));
    else services.push(await (await import('./ssh-server.js')).serveSsh(device, keys));
    return services;
  } catch (thrown) {
    for (const service of services) await service.close();
    throw thrown;
  }
}

function createRestart() {
  let timer: NodeJS.Timeout | undefined;
  let finish: () => void = () => undefined;
  let resolve: (cause: ResetCause) => void = () => undefined;
  const done = new Promise<ResetCause>((settle) => (resolve = settle));
  return {
    done,
    in: (afterMs: number) => void (timer ??= setTimeout(() => resolve('software-cpu'), afterMs)),
    onRestart: (work: () => void) => void (finish = work),
    finish: () => finish(),
    cancel: () => clearTimeout(timer),
  };
}
