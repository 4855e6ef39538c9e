import { pause } from '../../core/deadline.js';
import { hex } from '../../firmware/hex.js';
import { timings } from '../timings.js';
import type { Memory, Protection } from './memory.js';
import { flashBase, sectorAt, type Stm32Model } from './models.js';

export const ack = 0x79;

/** How the chip leaves its loader: by a reset, or into what lies at an address. */
export type LoaderEnd = { reset: string } | { go: number };

/** What the commands work with. */
export interface Session {
  model: Stm32Model;
  memory: Memory;
  protection: Protection;
  take(count: number): Promise<Buffer>;
  /** ACK, and what comes with it. */
  acknowledge(more?: Iterable<number>): undefined;
  /** NACK. */
  refuse(): undefined;
  /** Bytes of the sectors that were erased since the reset: what a host that erases before it writes is going to write, at most. */
  announcedBytes: number;
  /** Bytes written to flash since the reset. */
  arrivedBytes: number;
  /** True when so much has arrived that a board with the fault `hang` stops. */
  isHanging(): boolean;
  signal: AbortSignal;
  log(text: string): void;
}

type Command = (session: Session) => Promise<LoaderEnd | undefined>;

/** The commands of the chip's loader by their codes, in the order in which GET lists them (AN3155, 3). */
export function commandsOf(model: Stm32Model): ReadonlyMap<number, Command> {
  const commands: Map<number, Command> = new Map([
    [0x00, async ({ acknowledge }) => acknowledge(listOf([...commands.keys()], model))],
    [0x01, async ({ acknowledge }) => acknowledge([model.loaderVersion, 0x00, 0x00, ack])],
    [0x02, async ({ acknowledge }) => acknowledge([1, model.productId >> 8, model.productId & 0xff, ack])],
    [0x11, read],
    [0x21, go],
    [0x31, write],
    [model.eraseCommand, model.eraseCommand === 0x43 ? erase : extendedErase],
    [0x63, writeProtect],
    [0x73, writeUnprotect],
    [0x82, readOutProtect],
    [0x92, readOutUnprotect],
  ]);
  return commands;
}

function listOf(codes: readonly number[], { loaderVersion }: Stm32Model): number[] {
  return [codes.length, loaderVersion, ...codes, ack];
}

const read: Command = async (session) => {
  const address = await addressed(session, (at) => session.memory.read(at, 1) !== undefined);
  if (address === undefined) return;
  const [last = 0, complement = 0] = await session.take(2);
  const bytes = (last ^ complement) === 0xff ? session.memory.read(address, last + 1) : undefined;
  if (bytes) session.acknowledge(bytes);
  else session.refuse();
};

const go: Command = async (session) => {
  const address = await addressed(session, (at) => session.memory.read(at, 8) !== undefined);
  return address === undefined ? undefined : { go: address };
};

const write: Command = async (session) => {
  const address = await addressed(session, (at) => at % 4 === 0 && session.memory.read(at, 4) !== undefined);
  if (address === undefined) return;
  const head = await session.take(1);
  const sizeBytes = (head[0] ?? 0) + 1;
  const rest = await session.take(sizeBytes + 1);
  if (address >= flashBase && address < flashBase + session.memory.sizeBytes) {
    session.arrivedBytes += sizeBytes;
    if (session.isHanging()) await hang(session, `at ${hex(address)}`);
  }
  const isSound = checksum(head) === checksum(rest) && sizeBytes % 4 === 0;
  if (isSound && session.memory.write(address, rest.subarray(0, sizeBytes))) session.acknowledge();
  else session.refuse();
};

const erase: Command = async (session) => {
  session.acknowledge();
  const head = await session.take(1);
  const last = head[0] ?? 0;
  if (last === 0xff) return eraseAll(session, (await session.take(1))[0] === 0x00);
  const rest = await session.take(last + 2);
  await eraseSectors(session, [...rest.subarray(0, -1)], checksum(head) === checksum(rest));
};

const extendedErase: Command = async (session) => {
  session.acknowledge();
  const head = await session.take(2);
  const last = head.readUInt16BE(0);
  // The chips here have one bank: to erase one of two is refused.
  if (last >= 0xfff0)
    return eraseAll(session, checksum(await session.take(1)) === checksum(head) && last === 0xffff);
  const rest = await session.take((last + 1) * 2 + 1);
  const sectors = Array.from({ length: last + 1 }, (_, index) => rest.readUInt16BE(index * 2));
  await eraseSectors(session, sectors, checksum(head) === checksum(rest));
};

async function eraseAll(session: Session, isSound: boolean): Promise<undefined> {
  if (!isSound) return session.refuse();
  session.log('erases everything');
  session.memory.eraseAll();
  session.announcedBytes = session.memory.sizeBytes;
  await pause(timings.stm32MassErase, session.signal);
  session.acknowledge();
}

async function eraseSectors(session: Session, sectors: readonly number[], isSound: boolean): Promise<void> {
  if (!isSound || sectors.some((sector) => !session.memory.hasSector(sector))) return session.refuse();
  session.log(`erases sectors ${sectors.join(', ')}`);
  for (const sector of sectors) {
    const { sizeBytes } = sectorAt(session.model, sector);
    session.memory.eraseSector(sector);
    session.announcedBytes += sizeBytes;
    await pause(timings.stm32EraseSector + (sizeBytes / 0x4000) * timings.stm32ErasePer16KiB, session.signal);
  }
  session.acknowledge();
}

const writeProtect: Command = async (session) => {
  session.acknowledge();
  const head = await session.take(1);
  const rest = await session.take((head[0] ?? 0) + 2);
  if (checksum(head) !== checksum(rest)) return session.refuse();
  session.protection.write = new Set(rest.subarray(0, -1));
  session.acknowledge();
  return { reset: 'write protection set' };
};

const writeUnprotect: Command = async (session) => {
  session.acknowledge();
  session.protection.write.clear();
  session.acknowledge();
  return { reset: 'write protection lifted' };
};

const readOutProtect: Command = async (session) => {
  session.acknowledge();
  session.protection.readOut = true;
  session.acknowledge();
  return { reset: 'read-out protection set' };
};

const readOutUnprotect: Command = async (session) => {
  session.acknowledge();
  session.memory.eraseAll();
  await pause(timings.stm32MassErase, session.signal);
  session.protection.readOut = false;
  session.acknowledge();
  return { reset: 'read-out protection lifted, everything erased' };
};

/** Acknowledges the command, takes an address with its checksum, and acknowledges that if it is good; undefined when it was refused. */
async function addressed(
  session: Session,
  isGood: (address: number) => boolean,
): Promise<number | undefined> {
  session.acknowledge();
  const frame = await session.take(5);
  const address = frame.readUInt32BE(0);
  if (checksum(frame) !== 0 || !isGood(address)) return session.refuse();
  session.acknowledge();
  return address;
}

async function hang({ signal, log }: Session, where: string): Promise<never> {
  log(`hangs ${where}`);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  throw signal.reason;
}

function checksum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0);
}
