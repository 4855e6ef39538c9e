import { pause } from '../../core/deadline.js';
import type { AvrChip } from '../../firmware/avr-chips.js';
import { faultOf } from '../board-faults.js';
import type { BoardParts } from '../board-family.js';
import { timings } from '../timings.js';
import { untilAborted } from '../until-aborted.js';
import { hostBytes, WatchdogReset, type HostBytes } from './host-bytes.js';

/** Rate of optiboot on boards with a crystal of 16 MHz. */
export const optibootBaudRate = 115_200;

export interface OptibootParts extends Pick<BoardParts, 'wire' | 'flash' | 'slot' | 'log' | 'signal'> {
  avr: AvrChip;
  /** False: there is nothing to leave for, so an idle loader stays. */
  hasProgram: boolean;
}

const ok = 0x10;
const inSync = 0x14;
const endOfCommand = 0x20;
/** As optiboot 8.0 says it. */
const version = { major: 8, minor: 0 } as const;

/** The loader between two resets: what its commands work on. */
interface Session {
  parts: OptibootParts;
  /** The next bytes of a command. */
  take(count: number): Promise<Buffer>;
  /** The end of a command: answers `inSync`, or lets the watchdog end it all. */
  endCommand(): Promise<void>;
  send(...bytes: number[]): void;
  /** Byte address for page commands. */
  address: number;
  /** Bytes of program pages that have arrived. */
  programmedBytes: number;
  /** Set by the host's leave: the watchdog is short then. */
  leaves: boolean;
}

/**
 * Speaks STK500v1 as optiboot does (PROTOCOLS: STK500v1; optiboot.c), and resolves when its watchdog resets the chip: a second without a byte, a command without
 * its end, or the host's leave. Rejects when the signal aborts.
 */
export async function runOptiboot(parts: OptibootParts): Promise<void> {
  const { wire, signal, log, hasProgram } = parts;
  const host = hostBytes(wire, signal);
  const session = openSession(parts, host);
  try {
    for (;;) {
      // Nothing that the loader knows is lost in a reset while it idles, so on a blank chip that loop is left out.
      const [command = 0] = await host.take(1, hasProgram ? timings.optibootWatchdog : undefined);
      await (commands[command] ?? plain)(session);
      session.send(ok);
      if (session.leaves) throw new WatchdogReset();
    }
  } catch (thrown) {
    if (!(thrown instanceof WatchdogReset)) throw thrown;
    if (thrown.message) log(`optiboot: ${thrown.message}`);
    await pause(timings.optibootExit, signal);
  }
}

function openSession(parts: OptibootParts, host: HostBytes): Session {
  const { wire } = parts;
  const take = (count: number) => host.take(count, timings.optibootWatchdog);
  return {
    parts,
    take,
    async endCommand() {
      const [end] = await take(1);
      if (end !== endOfCommand) throw new WatchdogReset('a command without its end');
      wire.send(Buffer.of(inSync));
    },
    send: (...bytes) => wire.send(Buffer.from(bytes)),
    address: 0,
    programmedBytes: 0,
    leaves: false,
  };
}

type Command = (session: Session) => Promise<void>;

/** Get sync, enter programming mode, and whatever else optiboot does not know. */
const plain: Command = ({ endCommand }) => endCommand();

const skip =
  (count: number): Command =>
  async ({ take, endCommand }) => {
    await take(count);
    await endCommand();
  };

const commands: Record<number, Command> = {
  0x41: async ({ take, endCommand, send }) => {
    const [which] = await take(1);
    await endCommand();
    send(which === 0x81 ? version.major : which === 0x82 ? version.minor : 0x03);
  },
  0x42: skip(20),
  0x45: skip(5),
  0x51: async (session) => {
    session.leaves = true;
    await session.endCommand();
  },
  0x55: async (session) => {
    session.address = (await session.take(2)).readUInt16LE() * 2;
    await session.endCommand();
  },
  0x56: async ({ take, endCommand, send }) => {
    await take(4);
    await endCommand();
    send(0x00);
  },
  0x64: async (session) => {
    const length = (await session.take(3)).readUInt16BE();
    const data = await session.take(length);
    await hang(session, length);
    await session.endCommand();
    await programPage(session, data);
  },
  0x74: async ({ take, endCommand, send, address, parts: { flash } }) => {
    const length = (await take(3)).readUInt16BE();
    await endCommand();
    send(...flash.read(address, length));
  },
  0x75: async ({ endCommand, send, parts: { avr } }) => {
    await endCommand();
    send(...avr.signature);
  },
};

/** Erases and writes the page that holds the address; the chip keeps its loader's own pages as they are. */
async function programPage({ address, parts }: Session, data: Buffer): Promise<void> {
  const { flash, avr, signal } = parts;
  await pause(timings.avrPageWrite, signal);
  const { pageBytes, flashBytes, loaderBytes } = avr;
  const start = address - (address % pageBytes);
  if (start + pageBytes > flashBytes - loaderBytes) return;
  const page = Buffer.alloc(pageBytes, 0xff);
  data.copy(page, address - start);
  flash.erase(start, pageBytes);
  flash.write(start, page);
}

/** STK500v1 announces no total, so the fault's percent counts from what a program may have: all but the loader. */
async function hang(session: Session, arrivedBytes: number): Promise<void> {
  const { avr, slot, log, signal } = session.parts;
  session.programmedBytes += arrivedBytes;
  const fault = faultOf(slot.faults, 'hang');
  if (fault === undefined) return;
  if (session.programmedBytes < ((avr.flashBytes - avr.loaderBytes) * fault.percent) / 100) return;
  log('optiboot: hangs');
  await untilAborted(signal);
}
