import { randomBytes } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { RigError } from '../../../core/errors.js';
import { quoted } from '../../console/quoted.js';
import { meetDevice } from '../../network/connect.js';
import { hangUp } from '../../network/hang-up.js';
import { replyTo, requestOver, type HttpReply } from '../../network/http.js';
import { connectionLost } from '../../network/network-error.js';
import { unacknowledgedBytes } from '../../network/unacknowledged.js';
import type { FlashImage } from '../flash-driver.js';
import { imageChunks } from '../image-chunks.js';
import type { Shipment } from '../over-the-air.js';
import { watchForStall, type StallWatch } from '../stall-watch.js';
import { updateRefused, writingAt } from '../update-verdict.js';

const path = '/update';
const meetMs = 1500;
const chunkBytes = 4096;
/** Between two looks at what has arrived. */
const lookMs = 50;

/**
 * Sends the image as a form, no faster than the device takes it, and judges what the device says: such servers answer 200 also when they refuse. Throws
 * DUT_SILENT, AUTH_REFUSED, FLASH_STALLED, CONNECTION_LOST, FLASH_PROTOCOL and what `updateRefused` makes of a refusal.
 */
export async function sendForm({ network, image, signal, onDone, log }: Shipment): Promise<void> {
  const { host, ports } = network;
  const socket = await meetDevice(host, ports.http, { timeoutMs: meetMs, signal });
  const form = makeForm(image);
  const sent = requestOver(socket, network, {
    method: 'POST',
    path: `${path}?md5=${image.md5}`,
    headers: {
      'Content-Type': `multipart/form-data; boundary=${form.boundary}`,
      'Content-Length': form.head.length + image.sizeBytes + form.tail.length,
    },
    signal,
  });
  const watch = watchForStall(image, onDone);
  const looking = lookAfter(socket, watch, form.head.length);
  try {
    const answered = replyTo(sent, network);
    answered.catch(() => undefined);
    // The device may answer before it has heard all, and then need not hear the rest.
    const fed = feed(sent, image, form, looking).then(() => answered);
    const reply = await Promise.race([answered, fed, watch.stalled]);
    log(`POST ${path}: ${reply.status} ${spoken(reply)}`);
    await judge(reply, image);
    watch.reached(image.sizeBytes);
  } catch (thrown) {
    // What the kernel still has must not go on to arrive, as it would with an orderly end; one that has begun cannot be undone.
    if (!socket.writableEnded && !socket.destroyed) socket.resetAndDestroy();
    if (signal.aborted || thrown instanceof RigError) throw thrown;
    throw connectionLost(`${host} port ${ports.http}`, writingAt(image, watch.doneBytes), thrown);
  } finally {
    watch.stop();
    looking.stop();
    await hangUp(socket);
    sent.destroy();
  }
}

interface Form {
  boundary: string;
  head: Buffer;
  tail: Buffer;
}

function makeForm({ name, md5 }: FlashImage): Form {
  const boundary = `----rigwright${randomBytes(12).toString('hex')}`;
  const field = (disposition: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  const file = `name="firmware"; filename="${name}.bin"`;
  return {
    boundary,
    head: Buffer.from(
      `${field('name="MD5"')}\r\n${md5}\r\n${field(file)}Content-Type: application/octet-stream\r\n\r\n`,
    ),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}

/** Writes the form piece by piece, each when the one before it has left this process. */
async function feed(
  sent: ClientRequest,
  image: FlashImage,
  form: Form,
  looking: { wrote(sizeBytes: number): void },
): Promise<void> {
  const put = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      sent.once('close', resolve);
      sent.write(bytes, (error) => {
        sent.off('close', resolve);
        looking.wrote(bytes.length);
        if (error) reject(error);
        else resolve();
      });
    });
  await put(form.head);
  for await (const chunk of imageChunks(image, chunkBytes)) {
    if (sent.destroyed) return;
    await put(chunk);
  }
  await put(form.tail);
  sent.end();
}

/** Tells the watch, again and again, how much of the image the device has acknowledged. */
function lookAfter(socket: Socket, watch: StallWatch, headBytes: number) {
  let wroteBytes = 0;
  const look = async () => {
    const before = wroteBytes;
    watch.reached(before - headBytes - (await unacknowledgedBytes(socket)));
  };
  const timer = setInterval(() => void look(), lookMs);
  return {
    wrote: (sizeBytes: number) => void (wroteBytes += sizeBytes),
    stop: () => clearInterval(timer),
  };
}

async function judge(reply: HttpReply, image: FlashImage): Promise<void> {
  const words = spoken(reply);
  if (reply.status === 200 && /\bupdate success/i.test(words)) return;
  if (/\berror|fail/i.test(words)) throw await updateRefused(image, words.replace(/^update error: */i, ''));
  const what = `${path} answered with status ${reply.status} and "${quoted(words)}", which is neither success nor an error`;
  throw new RigError('FLASH_PROTOCOL', what);
}

/** The text of the page. */
function spoken({ body }: HttpReply): string {
  return body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
