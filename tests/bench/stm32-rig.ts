// A virtual STM32 board in this process, with nothing but its wire, its BOOT0 and a way to start it: what its loader and its start are tested on.
import type { BoardParts, BootMode } from '../../bench/board-family.js';
import { createFlashArray } from '../../bench/flash-array.js';
import { stm32Family } from '../../bench/stm32/family.js';
import { stm32Model } from '../../bench/stm32/models.js';
import { createWire } from '../../bench/wire.js';
import { pollUntil } from '../../core/deadline.js';
import { openSerialLink } from '../../drivers/link/serial-link.js';
import { chipFlashOf } from '../../firmware/chip-flash.js';
import { demoProgramF103 } from '../../firmware/stm32-demo.js';
import { buildStm32Image } from '../../firmware/stm32-image.js';
import type { FaultKind } from '../../rigs/faults.js';

export const stm32Image = buildStm32Image({
  chip: 'stm32f103',
  version: '1.2.0',
  program: { ...demoProgramF103, readyAfterMs: 20 },
  appSizeBytes: 4096,
  seed: 5,
});

export const mac = '24:6f:28:aa:bb:cc';
export const ack = 0x79;
export const nack = 0x1f;

export interface Stm32Options {
  chip?: 'stm32f103' | 'stm32f411';
  faults?: FaultKind[];
  /** BOOT0; into the loader unless told. */
  strap?: BootMode;
  /** What flash holds from its start; blank unless told. */
  image?: Uint8Array;
}

export interface Stm32 {
  flash: ReturnType<typeof createFlashArray>;
  log: readonly string[];
  state(): string;
  /** Lets go of BOOT0, or holds it, from the next reset on. */
  setStrap(mode: BootMode): void;
  /** By its pin: into what BOOT0 says. */
  reset(): Promise<void>;
  /** Sends the bytes and returns the answer, which has to have that length. */
  ask(bytes: Iterable<number>, answerBytes?: number): Promise<number[]>;
  /** A command with its complement. */
  command(code: number, answerBytes?: number): Promise<number[]>;
  send(text: string): Promise<void>;
  untilText(pattern: RegExp): Promise<string>;
  untilState(state: string): Promise<void>;
}

/** A board that has just left reset, for the time of `use`. */
export async function withStm32(options: Stm32Options, use: (board: Stm32) => Promise<void>): Promise<void> {
  const { chip = 'stm32f103', faults = [], image } = options;
  let { strap = 'download' } = options;
  const model = stm32Model(chip);
  if (model === undefined) throw new Error(`no STM32 ${chip}`);
  const family = stm32Family(model);
  const wire = await createWire({ baudRate: 115_200 });
  const link = await openSerialLink({ path: wire.serialPath, baudRate: 115_200 });
  const flash = createFlashArray({
    sizeBytes: chipFlashOf(chip)?.flashBytes ?? 0,
    faults,
    internalSectorBytes: family.internalSectorBytes ?? 0,
  });
  if (image) flash.write(0, image);
  let received = Buffer.alloc(0);
  link.onData((chunk) => void (received = Buffer.concat([received, chunk])));
  const log: string[] = [];
  let state = 'off';
  let power = new AbortController();
  let life = Promise.resolve();
  const start = (): void => {
    power = new AbortController();
    const { signal } = power;
    const parts: BoardParts = {
      slot: { slot: 'slot1', faults, consoleBaudRate: 115_200 },
      ...{ chip, mac, wire, flash, ports: {}, signal },
      supply: { setLoad: () => undefined, dip: () => undefined },
      startedBy: 'pin',
      strap: () => strap,
      enter: (next) => (state = next),
      log: (text) => log.push(text),
    };
    life = family.run(parts, strap).catch((thrown: unknown) => {
      if (!signal.aborted) throw thrown;
    });
  };
  const stop = async (): Promise<void> => {
    power.abort();
    await life;
  };
  const until = <T>(what: string, look: () => T | undefined) =>
    pollUntil(async () => look(), {
      intervalMs: 5,
      timeoutMs: 10_000,
      onTimeout: () =>
        new Error(
          `no ${what}; the board is ${state} after ${log.join(' / ')} and sent ${received.toString('hex')}`,
        ),
    });
  const ask = async (bytes: Iterable<number>, answerBytes = 1): Promise<number[]> => {
    received = Buffer.alloc(0);
    await link.write(Buffer.from([...bytes]));
    await until('answer', () => (received.length >= answerBytes ? true : undefined));
    return [...received];
  };
  wire.setPowered(true);
  start();
  try {
    await use({
      flash,
      log,
      state: () => state,
      setStrap: (mode) => void (strap = mode),
      async reset() {
        await stop();
        received = Buffer.alloc(0);
        start();
      },
      ask,
      command: (code, answerBytes) => ask([code, 0xff - code], answerBytes),
      send: (text) => link.write(Buffer.from(text)),
      untilText: (pattern) =>
        until(String(pattern), () => {
          const text = received.toString('latin1').replaceAll('\r', '');
          return pattern.test(text) ? text : undefined;
        }),
      untilState: async (wanted) => void (await until(wanted, () => state === wanted || undefined)),
    });
  } finally {
    await stop();
    await link.close();
    await wire.close();
  }
}

/** Bytes with their checksum behind them. */
export function summed(...bytes: number[]): number[] {
  return [...bytes, bytes.reduce((sum, byte) => sum ^ byte, 0)];
}

/** An address as the loader takes it. */
export function addressed(address: number): number[] {
  return summed(address >>> 24, (address >> 16) & 0xff, (address >> 8) & 0xff, address & 0xff);
}

/** Writes up to 256 bytes; returns the last answer. */
export async function writeBlock(
  board: Stm32,
  address: number,
  data: Uint8Array,
): Promise<number | undefined> {
  assertAck(await board.command(0x31));
  assertAck(await board.ask(addressed(address)));
  return (await board.ask(summed(data.length - 1, ...data)))[0];
}

/** Reads bytes; undefined when it is refused. */
export async function readBlock(
  board: Stm32,
  address: number,
  sizeBytes: number,
): Promise<number[] | undefined> {
  assertAck(await board.command(0x11));
  if ((await board.ask(addressed(address)))[0] !== ack) return undefined;
  return (await board.ask([sizeBytes - 1, 0x100 - sizeBytes], sizeBytes + 1)).slice(1);
}

export function assertAck(answer: readonly number[]): void {
  if (answer[0] !== ack)
    throw new Error(`the loader answered ${answer.map((byte) => byte.toString(16)).join(' ')}`);
}
