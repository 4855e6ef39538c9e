import { createHash } from 'node:crypto';
import { RigError } from '../../../core/errors.js';
import { hex } from '../place.js';
import { answerMs } from './block.js';
import type { Session } from './connect.js';
import { op, words } from './library.js';
import { command } from './loader-error.js';

const packetBytes = 0x1000;
/** Packets that the stub sends ahead of the acknowledgements, as the vendor's tool asks for. */
const packetsAhead = 64;

/** Reads flash and checks it against the digest that ends the transfer, which the library's own read leaves unread. */
export async function readFlash(
  { transport, loader }: Session,
  offset: number,
  sizeBytes: number,
  onDone: (bytes: number) => void,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  const request = words(offset, sizeBytes, packetBytes, packetsAhead);
  let count = 0;
  const run = <T>(work: () => Promise<T>) => {
    const doing = `reading flash at ${hex(offset + count)} (${Math.floor((100 * count) / sizeBytes)} %)`;
    return command(transport, { doing, timeoutMs: answerMs, refused: 'FLASH_READ_FAILED' }, work);
  };

  await run(() => loader.checkCommand('', op.readFlash, request, 0, 0, answerMs));
  while (count < sizeBytes) {
    const packet = await run(() => transport.read(answerMs));
    if (packet.length > sizeBytes - count) {
      throw new RigError(
        'FLASH_READ_FAILED',
        `the loader sent more than the ${sizeBytes} bytes at ${hex(offset)}`,
      );
    }
    bytes.set(packet, count);
    count += packet.length;
    await run(() => transport.write(words(count)));
    onDone(count);
  }
  const digest = await run(() => transport.read(answerMs));
  if (!createHash('md5').update(bytes).digest().equals(digest)) {
    throw new RigError(
      'FLASH_READ_FAILED',
      `what arrived from ${hex(offset)} does not match the loader's digest`,
    );
  }
  return bytes;
}
