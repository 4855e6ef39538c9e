// A virtual Arduino Uno in this process, with nothing but its wire and a way to start it: what optiboot and its program are tested on.
import { avrFamily } from '../../bench/avr/family.js';
import { createFlashArray } from '../../bench/flash-array.js';
import type { BoardParts } from '../../bench/board-family.js';
import type { FlashArray } from '../../bench/parts.js';
import { createWire } from '../../bench/wire.js';
import { pollUntil } from '../../core/deadline.js';
import { openSerialLink } from '../../drivers/link/serial-link.js';
import { avrChipNamed } from '../../firmware/avr-chips.js';
import { buildAvrImage } from '../../firmware/avr-image.js';
import { demoProgramUno } from '../../firmware/avr-demo.js';
import type { FaultKind } from '../../rigs/faults.js';

export const unoImage = buildAvrImage({
  version: '1.2.0',
  program: { ...demoProgramUno, readyAfterMs: 20 },
  appSizeBytes: 4096,
  seed: 5,
});
/** GET_SYNC, and what every good command is answered with. */
export const sync = Buffer.from([0x30, 0x20]);
export const inSync = Buffer.from([0x14, 0x10]);

export interface UnoOptions {
  chip?: string;
  faults?: FaultKind[];
  startedBy?: BoardParts['startedBy'];
  /** What flash holds from address 0; blank unless told. */
  program?: Uint8Array;
}

export interface Uno {
  flash: FlashArray;
  log: readonly string[];
  state(): string;
  /** Sends bytes and returns the answer, which has to have that length. */
  ask(bytes: Iterable<number>, answerBytes: number): Promise<Buffer>;
  send(bytes: Uint8Array | string): Promise<void>;
  /** All text since the last `ask`. */
  untilText(pattern: RegExp): Promise<string>;
  untilState(state: string): Promise<void>;
  untilLog(text: string): Promise<void>;
  /** Bytes that came and were not asked for. */
  unasked(): Buffer;
}

/** A board that has just left reset, for the time of `use`. */
export async function withUno(
  { chip = 'atmega328p', faults = [], startedBy = 'pin', program }: UnoOptions,
  use: (uno: Uno) => Promise<void>,
): Promise<void> {
  const avr = avrChipNamed(chip);
  if (avr === undefined) throw new Error(`no AVR ${chip}`);
  const family = avrFamily(avr);
  const wire = await createWire({ baudRate: 115_200 });
  const link = await openSerialLink({ path: wire.serialPath, baudRate: 115_200 });
  const flash = createFlashArray({
    sizeBytes: avr.flashBytes,
    faults,
    internalSectorBytes: avr.pageBytes,
  });
  family.preset?.(flash);
  if (program) flash.write(0, program);
  let received = Buffer.alloc(0);
  link.onData((chunk) => void (received = Buffer.concat([received, chunk])));
  const power = new AbortController();
  const log: string[] = [];
  let state = 'off';
  const parts: BoardParts = {
    slot: { slot: 'slot1', faults, consoleBaudRate: 115_200 },
    chip,
    mac: '24:6f:28:aa:bb:cc',
    wire,
    flash,
    ports: {},
    supply: { setLoad: () => undefined, dip: () => undefined },
    startedBy,
    strap: () => 'run',
    enter: (next) => (state = next),
    log: (text) => log.push(text),
    signal: power.signal,
  };
  wire.setPowered(true);
  const life = family.run(parts, 'run').catch((thrown: unknown) => {
    if (!power.signal.aborted) throw thrown;
  });
  const until = <T>(what: string, look: () => T | undefined) =>
    pollUntil(async () => look(), {
      intervalMs: 5,
      timeoutMs: 10_000,
      onTimeout: () =>
        new Error(
          `no ${what}; the board is ${state} after ${log.join(' / ')} and sent ${received.toString('hex')}`,
        ),
    });
  try {
    await use({
      flash,
      log,
      state: () => state,
      async ask(bytes, answerBytes) {
        received = Buffer.alloc(0);
        await link.write(Buffer.from([...bytes]));
        await until('answer', () => (received.length >= answerBytes ? true : undefined));
        const answer = received.subarray(0, answerBytes);
        received = received.subarray(answerBytes);
        return answer;
      },
      send: (bytes) => link.write(Buffer.from(bytes)),
      untilText: (pattern) =>
        until(String(pattern), () => {
          const text = received.toString('latin1').replaceAll('\r', '');
          return pattern.test(text) ? text : undefined;
        }),
      untilState: async (wanted) => void (await until(wanted, () => state === wanted || undefined)),
      untilLog: async (text) => void (await until(text, () => log.includes(text) || undefined)),
      unasked: () => received,
    });
  } finally {
    power.abort();
    await life;
    await link.close();
    await wire.close();
  }
}

/** LOAD_ADDRESS for a byte address, then PROGRAM_PAGE. */
export async function programPage(uno: Uno, address: number, data: Buffer): Promise<void> {
  await uno.ask([0x55, (address / 2) & 0xff, address >> 9, 0x20], 2);
  await uno.ask([0x64, data.length >> 8, data.length & 0xff, 0x46, ...data, 0x20], 2);
}
