import type { Socket } from 'node:net';
import { abortedBy } from '../../../core/deadline.js';
import { connectionLost } from '../../network/network-error.js';
import { imageChunks } from '../image-chunks.js';
import type { Shipment } from '../over-the-air.js';
import { watchForStall } from '../stall-watch.js';
import { updateRefused, writingAt } from '../update-verdict.js';

/** As espota.py does it: the device's buffer is made for it. */
const chunkBytes = 1024;
/** What is left of an error text comes within this. */
const restMs = 300;

/**
 * Gives the image to a device that has connected, piece by piece, each when the device has said how much it took of the one before: decimal numbers without
 * anything between them, of which a device that waits repeats the last. Then it says `OK`, or what went wrong.
 */
export async function sendChunks(
  socket: Socket,
  { network, image, signal, onDone, log }: Shipment,
): Promise<void> {
  const watch = watchForStall(image, onDone);
  const ear = listen(socket, signal);
  const lost = () => connectionLost(network.host, writingAt(image, watch.doneBytes), ear.error);
  try {
    let sent = 0;
    for await (const chunk of imageChunks(image, chunkBytes)) {
      const before = ear.heard.length;
      socket.write(chunk);
      sent += chunk.length;
      await Promise.race([ear.until(() => ear.heard.length > before || ear.words() !== ''), watch.stalled]);
      if (ear.words() !== '') break;
      if (ear.ended) throw lost();
      watch.reached(sent);
    }
    await Promise.race([ear.until(() => ear.words() !== ''), watch.stalled]);
    if (ear.words() === '') throw lost();
    if (ear.words() === 'OK' && sent === image.sizeBytes) {
      log('the device says OK');
      return watch.reached(sent);
    }
    await ear.rest();
    log(`the device says ${ear.words()}`);
    throw await updateRefused(image, ear.words());
  } finally {
    watch.stop();
    ear.stop();
  }
}

/** Hears what the device says until its connection ends. */
function listen(socket: Socket, signal: AbortSignal) {
  let heard = '';
  let ended = false;
  let error: unknown;
  let wake: () => void = () => undefined;
  const onData = (bytes: Buffer) => {
    heard += bytes.toString('latin1');
    wake();
  };
  const onError = (thrown: Error) => (error = thrown);
  const onClose = () => {
    ended = true;
    wake();
  };
  socket.on('data', onData);
  socket.on('error', onError);
  socket.on('close', onClose);
  socket.on('end', onClose);
  signal.addEventListener('abort', onClose, { once: true });
  return {
    get heard() {
      return heard;
    },
    get ended() {
      return ended;
    },
    get error() {
      return error;
    },
    /** What it said after its numbers. */
    words: () => heard.replace(/^\d*/, '').trim(),
    /** Waits until that is so, or the device has gone; rejects when the signal aborts. */
    async until(isSo: () => boolean): Promise<void> {
      while (!isSo() && !ended) await new Promise<void>((resolve) => (wake = resolve));
      if (signal.aborted) throw abortedBy(signal);
    },
    /** The end of what it is saying. */
    async rest(): Promise<void> {
      if (ended) return;
      const limit = setTimeout(onClose, restMs);
      while (!ended) await new Promise<void>((resolve) => (wake = resolve));
      clearTimeout(limit);
    },
    stop() {
      socket.off('data', onData);
      signal.removeEventListener('abort', onClose);
    },
  };
}
