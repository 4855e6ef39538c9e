import { sectorBytes } from '../flash-array.js';
import { createFlashWrite } from './flash-write.js';
import { op, payloadOf, word } from './frame.js';
import type { Command, Session } from './session.js';

/** Largest block that a stub has a buffer for. */
const stubBlockBytes = 0x4000;

function begin(compressed: boolean): Command {
  return (request, session) => {
    const [sizeBytes, blocks, blockBytes, offset] = [0, 1, 2, 3].map((index) => word(request, index)) as [
      number,
      number,
      number,
      number,
    ];
    if (session.mode === 'stub' && blockBytes > stubBlockBytes) return { failure: 'block-size' };
    if (session.mode === 'rom' && !eraseAhead(session, offset, sizeBytes)) return { failure: 'not-writing' };
    session.isFlashAttached = true;
    session.write?.close();
    const isErased = session.mode === 'rom';
    const length = isErased && session.chip.isFirstRom ? blocks * blockBytes : sizeBytes;
    const write = { flash: session.flash, offset, sizeBytes: length, blocks, compressed, isErased };
    session.write = createFlashWrite(write);
    if (blocks > 0) session.log(`writes ${sizeBytes} bytes at 0x${offset.toString(16)}`);
    return {};
  };
}

/** A ROM erases the whole range before it answers; it rounds compressed sizes up, so the end of the chip cuts it off. */
function eraseAhead({ flash, chip }: Session, offset: number, sizeBytes: number): boolean {
  if (offset > flash.sizeBytes) return false;
  const erasedBytes = chip.isFirstRom ? erasedByFirstRom(offset, sizeBytes) : sizeBytes;
  return flash.erase(offset, Math.min(erasedBytes, flash.sizeBytes - offset));
}

const blockSectors = 16;

/** The ESP8266's ROM counts the sectors up to the next 64 KiB block twice (SPIEraseArea; esptool's get_erase_size makes up for it). */
function erasedByFirstRom(offset: number, sizeBytes: number): number {
  const sectors = Math.ceil(sizeBytes / sectorBytes);
  const head = blockSectors - (Math.floor(offset / sectorBytes) % blockSectors);
  return (sectors + Math.min(sectors, head)) * sectorBytes;
}

/** A stub acknowledges a block at once and then programs it, so a failure shows at the next command; a ROM programs first. */
function data(compressed: boolean): Command {
  return async (request, session) => {
    const { write } = session;
    if (!write || write.compressed !== compressed) return { failure: 'not-writing' };
    const payload = payloadOf(request);
    if (typeof payload === 'string') return { failure: payload };
    const earlier = await write.settled();
    if (earlier) return { failure: earlier };
    if (session.mode === 'rom') write.program(payload);
    const failure = session.mode === 'rom' ? await write.settled() : undefined;
    const afterwards = () => {
      if (session.mode === 'stub') write.program(payload);
    };
    return { failure, afterwards };
  };
}

/** Word 0: run the application, 1: stay in the loader. */
const end: Command = async (request, session) => {
  const { write } = session;
  if (!write && session.mode === 'stub') return { failure: 'not-writing' };
  const failure = await write?.settled();
  const missing = session.mode === 'stub' && write !== undefined && write.remainingBytes > 0;
  write?.close();
  delete session.write;
  if (failure || missing) return { failure: failure ?? 'too-little-data' };
  return word(request, 0) === 0 ? { afterwards: () => session.reset() } : {};
};

/** FLASH_*, which every ROM and stub has: the same but for who waits for the flash. */
export const plainWriteCommands: Record<number, Command> = {
  [op.flashBegin]: begin(false),
  [op.flashData]: data(false),
  [op.flashEnd]: end,
};

/** FLASH_DEFL_* as well. */
export const writeCommands: Record<number, Command> = {
  ...plainWriteCommands,
  [op.deflateBegin]: begin(true),
  [op.deflateData]: data(true),
  [op.deflateEnd]: end,
};
