import { createHash } from 'node:crypto';
import { sectorBytes } from '../flash-array.js';
import { op, word } from './frame.js';
import type { Command, Session } from './session.js';

const mostBlockBytes = 0x4000;

const eraseFlash: Command = (_, session) => {
  session.log('erases the chip');
  return { failure: session.flash.erase(0, session.flash.sizeBytes) ? undefined : 'flash-write' };
};

const eraseRegion: Command = (request, session) => {
  const [offset, sizeBytes] = [word(request, 0), word(request, 1)];
  if (offset % sectorBytes !== 0 || sizeBytes % sectorBytes !== 0) return { failure: 'read-length' };
  return { failure: session.flash.erase(offset, sizeBytes) ? undefined : 'flash-write' };
};

const readFlash: Command = (request, session) => {
  const [offset, sizeBytes] = [word(request, 0), word(request, 1)];
  const blockBytes = word(request, 2);
  if (blockBytes === 0 || blockBytes > mostBlockBytes) return { failure: 'block-size' };
  if (offset + sizeBytes > session.flash.sizeBytes) return { failure: 'flash-read' };
  const inFlightBytes = Math.max(1, word(request, 3)) * blockBytes;
  return {
    afterwards: () =>
      streamOut(session, session.flash.read(offset, sizeBytes), { blockBytes, inFlightBytes }),
  };
};

/**
 * Blocks as bare frames, never more than `inFlightBytes` beyond what the host has acknowledged by its running total; when all is
 * acknowledged, the MD5 as a last frame.
 */
function streamOut(
  session: Session,
  content: Buffer,
  window: { blockBytes: number; inFlightBytes: number },
): void {
  let sentBytes = 0;
  const fill = (acknowledgedBytes: number) => {
    while (sentBytes < content.length && sentBytes - acknowledgedBytes < window.inFlightBytes) {
      const block = content.subarray(sentBytes, sentBytes + window.blockBytes);
      sentBytes += block.length;
      session.sendFrame(block);
    }
  };
  const finish = () => {
    delete session.onAcknowledge;
    session.sendFrame(createHash('md5').update(content).digest());
  };
  session.onAcknowledge = (frame) => {
    if (frame.length !== 4) {
      delete session.onAcknowledge;
      return;
    }
    const acknowledgedBytes = frame.readUInt32LE();
    fill(acknowledgedBytes);
    if (acknowledgedBytes >= content.length) finish();
  };
  fill(0);
  if (content.length === 0) finish();
}

/** Leaves the stub without an answer; the ESP8266's then starts the application, although the strap is held. */
const runUserCode: Command = (_, session) => {
  session.reset({ runUserCode: session.chip.isFirstRom ?? false });
  return undefined;
};

/** What only a stub has. */
export const stubCommands: Record<number, Command> = {
  [op.eraseFlash]: eraseFlash,
  [op.eraseRegion]: eraseRegion,
  [op.readFlash]: readFlash,
  [op.runUserCode]: runUserCode,
};
