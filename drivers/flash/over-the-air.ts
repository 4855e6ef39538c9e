import { RigError } from '../../core/errors.js';
import type { DeviceIdentity } from '../../core/record.js';
import { awaitRestart } from '../network/await-restart.js';
import { identifyOverHttp } from '../network/identify-over-http.js';
import type { NetworkAddress } from '../network/network-address.js';
import { makeCalls } from './calls.js';
import type { FlashDriver, FlashImage, Having } from './flash-driver.js';
import type { HttpIdentity } from './http-identity.js';
import { checkPlace } from './place.js';

/** One image on its way to a device. */
export interface Shipment {
  network: NetworkAddress;
  image: FlashImage;
  signal: AbortSignal;
  /** Bytes of the image that the device has acknowledged. */
  onDone: (doneBytes: number) => void;
  log: (line: string) => void;
}

export interface OverTheAir {
  name: 'ota-http' | 'espota';
  /** Resolves when the device has said that the image is whole, and that it restarts. */
  send(shipment: Shipment): Promise<void>;
}

/**
 * Flashes a device that takes its firmware over the network while its application runs. It says itself who it is, over HTTP, before anything is
 * sent; it gets the image's MD5 and compares. What the device does with a loader is not needed: `enterLoader` only sees to it that it runs.
 */
export function openOverTheAir({ name, send }: OverTheAir, options: Having<'network'>): FlashDriver {
  const { network, flashSizeBytes } = options;
  const identity = identityOf(name, options.httpIdentity);
  const calls = makeCalls(network.host);
  const log = options.log ?? (() => undefined);
  /** It said who it is, and was not written to since. */
  let met = false;
  let lastWritten: string | undefined;

  const meet = async (signal: AbortSignal): Promise<DeviceIdentity> => {
    met = false;
    await options.enterLoader(signal);
    const device = await identifyOverHttp(network, identity, signal);
    log(`${network.host} is ${device.description}, ${device.mac ?? device.uid}, ${device.version ?? ''}`);
    checkChip(device, options.chip, network.host);
    met = true;
    return device;
  };
  const unsupported = (what: string) =>
    new RigError('FLASH_UNSUPPORTED', `the driver ${name} cannot ${what}`);

  return {
    name,
    abilities: new Set(),
    verifiedBy: 'device',
    probe: (call) => calls.run(call, meet),
    write: (images, call) =>
      calls.run(call, async (signal) => {
        const image = theOneOf(images, name);
        checkPlace(image, flashSizeBytes);
        lastWritten = undefined;
        if (!met) await meet(signal);
        met = false;
        const { sizeBytes } = image;
        const report = (doneBytes: number) =>
          call?.onProgress?.({ image: image.name, doneBytes, totalBytes: sizeBytes });
        report(0);
        const startedAt = performance.now();
        await send({ network, image, signal, onDone: report, log });
        const seconds = (performance.now() - startedAt) / 1000;
        await awaitRestart(network, { signal, log });
        lastWritten = image.md5;
        return { wireBytes: sizeBytes, sizeBytes, seconds, baudRate: options.baudRate };
      }),
    verify: (images, call) =>
      calls.run(call, async () => {
        if (images.length === 1 && images[0]?.md5 === lastWritten) return;
        throw unsupported('read a flash: the device answers for what was written last, and for nothing else');
      }),
    read: (_offset, _sizeBytes, call) =>
      calls.run(call, async () => {
        throw unsupported('read a flash: a device gives nothing back over the air');
      }),
    erase: (_region, call) =>
      calls.run(call, async () => {
        throw unsupported('erase: a device erases where it puts an update');
      }),
    close: () => calls.close(),
  };
}

function identityOf(name: string, identity: HttpIdentity | undefined): HttpIdentity {
  if (identity !== undefined) return identity;
  const what = `the driver ${name} needs identity.http in the board file: without it nobody knows what would be written to`;
  throw new RigError('CONFIG_INVALID', what);
}

/** Over the air goes an application, and nothing that would have to be somewhere else in flash. */
function theOneOf(images: readonly FlashImage[], name: string): FlashImage {
  const [image] = images;
  if (image !== undefined && images.length === 1) return image;
  const names = images.map((each) => each.name).join(', ') || 'none';
  const what = `the driver ${name} takes exactly one image, the application; there are: ${names}. Make a release of the application alone`;
  throw new RigError('CONFIG_INVALID', what);
}

function checkChip({ chip, description }: DeviceIdentity, wanted: string, host: string): void {
  if (chip === wanted.toLowerCase()) return;
  throw new RigError('WRONG_CHIP', `${host} says it is ${description}, the board file names ${wanted}`);
}
