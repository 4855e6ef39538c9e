import { RigError } from '../../../core/errors.js';
import type { DeviceIdentity } from '../../../core/record.js';
import { makeCalls } from '../calls.js';
import { enterBeforeOpening } from '../enter-loader.js';
import type { FlashCallOptions, FlashDriver, SerialDriverOptions } from '../flash-driver.js';
import { enterLoader, openSession, preloadSession, stillThere, type Session } from './connect.js';
import { eraseRegion } from './erase-flash.js';
import { prepareFrames } from './frames.js';
import { identifyBoard } from './identify.js';
import { readFlash } from './read-flash.js';
import { startStub } from './stub.js';
import { verifyImages } from './verify-images.js';
import { writeImages } from './write-images.js';

/**
 * Flashes ESP chips in process: chips, commands and stubs of the vendor's esptool-js over our own link, transport and write
 * loop. A board stays in its loader from one call to the next; after a failure the next call enters it anew.
 */
export function openEsptoolJs(options: SerialDriverOptions): FlashDriver {
  // Loaded while the rig powers the board; whoever needs them hears of a failure.
  preloadSession();
  let session: Session | undefined;
  const calls = makeCalls(options.link.path);

  const end = async () => {
    const ended = session;
    session = undefined;
    ended?.transport.stop(new RigError('PORT_LOST', `${options.link.path} was closed`));
    await ended?.link.close();
  };
  const connect = async (signal: AbortSignal): Promise<{ board: Session; identity: DeviceIdentity }> => {
    await end();
    const entering = await enterBeforeOpening(options, signal);
    const board = (session = await openSession(options));
    signal.throwIfAborted();
    await enterLoader(board, entering, signal);
    return { board, identity: await identifyBoard(board) };
  };
  const withStub = async (signal: AbortSignal): Promise<Session> => {
    // The rig may have used the board between two calls, and it may have reset itself.
    const board = session && (await stillThere(session)) ? session : (await connect(signal)).board;
    await startStub(board, options.baudRate, signal);
    return board;
  };

  /** A failure, or the signal, ends the session: what state the board is in is then anyone's guess. */
  const run = <T>(
    call: FlashCallOptions | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> =>
    calls.run(call, async (signal) => {
      const stop = () => session?.transport.stop(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      try {
        return await work(signal);
      } catch (error) {
        await end();
        throw error;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    });

  return {
    name: 'esptool-js',
    abilities: new Set(['verify', 'read', 'erase']),
    verifiedBy: 'digest',
    probe: (call) => run(call, async (signal) => (await connect(signal)).identity),
    write: (images, call) =>
      run(call, async (signal) => {
        const prepared = images.map(prepareFrames);
        try {
          const board = await withStub(signal);
          return await writeImages(board, prepared, (progress) => call?.onProgress?.(progress));
        } finally {
          for (const frames of prepared) frames.close();
        }
      }),
    verify: (images, call) =>
      run(call, async (signal) => {
        const totalBytes = images.reduce((sum, image) => sum + image.sizeBytes, 0);
        let doneBytes = 0;
        await verifyImages(await withStub(signal), images, (image) => {
          doneBytes += image.sizeBytes;
          call?.onProgress?.({ image: image.name, doneBytes, totalBytes });
        });
      }),
    read: (offset, sizeBytes, call) =>
      run(call, async (signal) =>
        readFlash(await withStub(signal), offset, sizeBytes, (doneBytes) =>
          call?.onProgress?.({ image: 'read', doneBytes, totalBytes: sizeBytes }),
        ),
      ),
    erase: (region, call) =>
      run(call, async (signal) =>
        eraseRegion(await withStub(signal), region, (doneBytes, totalBytes) =>
          call?.onProgress?.({ image: 'erase', doneBytes, totalBytes }),
        ),
      ),
    async close() {
      await calls.close();
      await end();
    },
  };
}
