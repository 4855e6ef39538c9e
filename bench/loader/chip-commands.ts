import { createHash } from 'node:crypto';
import { op, payloadOf, word } from './frame.js';
import type { Command } from './session.js';

/** What a ROM answers to SYNC; a stub answers 0, by which hosts know that it runs already. */
const romSyncValue = 0x20120707;
const syncReplies = 8;
const slowReadBytes = 64;

const sync: Command = (_, session) => ({
  value: session.mode === 'rom' ? romSyncValue : 0,
  times: syncReplies,
});

const readReg: Command = (request, { registers }) => ({ value: registers.read(word(request, 0)) });

const writeReg: Command = (request, { registers }) => {
  for (let at = 0; at * 4 + 12 <= request.data.length; at += 4) {
    registers.write(word(request, at), word(request, at + 1), word(request, at + 2));
  }
  return {};
};

const memBegin: Command = (request, { ram }) => ({ failure: ram.begin(word(request, 0), word(request, 3)) });

const memData: Command = (request, { ram }) => {
  const payload = payloadOf(request);
  return { failure: typeof payload === 'string' ? payload : ram.data(payload) };
};

/** Uploaded code that is started is taken to be a stub flasher, which greets with a bare frame. */
const memEnd: Command = (request, session) => {
  const entry = word(request, 1);
  if (!session.ram.isComplete()) return { failure: 'too-little-data' };
  if (entry === 0) return {};
  if (!session.ram.holds(entry)) return { afterwards: () => session.reset() };
  return {
    afterwards: () => {
      session.mode = 'stub';
      session.isFlashAttached = true;
      session.log('runs the uploaded stub');
      session.sendFrame(Buffer.from('OHAI'));
    },
  };
};

const changeBaudRate: Command = (request, session) => ({
  afterwards: () => {
    session.baudRate = word(request, 0);
    session.wire.setBaudRate(session.baudRate, { afterSent: true });
  },
});

const flashMd5: Command = async (request, session) => {
  const [offset, sizeBytes] = [word(request, 0), word(request, 1)];
  const failure = await session.write?.settled();
  if (failure) return { failure };
  if (offset + sizeBytes > session.flash.sizeBytes) return { failure: 'flash-read' };
  const digest = createHash('md5').update(session.flash.read(offset, sizeBytes)).digest();
  return { data: session.mode === 'rom' ? Buffer.from(digest.toString('hex')) : digest };
};

/** Flags, crypt count and key purposes are those of an open chip: all 0. */
const securityInfo: Command = (_, { chip }) => {
  if (!chip.hasSecurityInfo || chip.chipId === undefined) return { failure: 'unknown-command' };
  const data = Buffer.alloc(20);
  data.writeUInt32LE(chip.chipId, 12);
  return { data };
};

const readFlashSlow: Command = (request, { flash }) => {
  const [offset, sizeBytes] = [word(request, 0), word(request, 1)];
  if (sizeBytes > slowReadBytes) return { failure: 'read-length' };
  if (offset + sizeBytes > flash.sizeBytes) return { failure: 'flash-read' };
  const data = Buffer.alloc(slowReadBytes);
  flash.read(offset, sizeBytes).copy(data);
  return { data };
};

/** The flash chip is always attached and knows its own size. */
const accept: Command = () => ({});

/** What every ROM and stub has beside writing. */
export const basicCommands: Record<number, Command> = {
  [op.sync]: sync,
  [op.readReg]: readReg,
  [op.writeReg]: writeReg,
  [op.memBegin]: memBegin,
  [op.memData]: memData,
  [op.memEnd]: memEnd,
};

/** What stubs and all but the first ROM have besides. */
export const chipCommands: Record<number, Command> = {
  ...basicCommands,
  [op.spiAttach]: accept,
  [op.spiSetParams]: accept,
  [op.changeBaudRate]: changeBaudRate,
  [op.flashMd5]: flashMd5,
  [op.securityInfo]: securityInfo,
};

/** What only a ROM has. */
export const romCommands: Record<number, Command> = { [op.readFlashSlow]: readFlashSlow };
