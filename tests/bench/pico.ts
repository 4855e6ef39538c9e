// A virtual Pico in this process, with nothing but its drive, its wire and a switch: what the boot ROM is tested on.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFlashArray } from '../../bench/flash-array.js';
import type { BootMode } from '../../bench/board-family.js';
import { rp2040Family } from '../../bench/rp2040/family.js';
import { createWire } from '../../bench/wire.js';
import { pollUntil } from '../../core/deadline.js';
import { buildRp2040Image, buildRp2040Uf2, demoProgramPico } from '../../firmware/rp2040-demo.js';
import type { FaultKind } from '../../rigs/faults.js';
import { openHost } from './host.js';

const options = {
  version: '1.2.0',
  program: { ...demoProgramPico, readyAfterMs: 20 },
  appSizeBytes: 0x8000,
  seed: 3,
};
export const image = buildRp2040Image(options);
export const uf2 = buildRp2040Uf2(options);

export interface PicoOptions {
  chip?: string;
  faults?: FaultKind[];
  mode?: BootMode;
  /** What flash holds. */
  flash?: Uint8Array;
}

/** A board that has just left reset, for the time of `use`. */
export async function withPico(
  { chip = 'rp2040', faults = [], mode = 'download', flash: held }: PicoOptions,
  use: (pico: Pico) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-pico-'));
  const drive = join(folder, 'drives', 'slot1');
  const wire = await createWire({ baudRate: 115_200 });
  const host = await openHost(wire.serialPath);
  const flash = createFlashArray({ sizeBytes: 0x200000, faults });
  if (held) flash.write(0, held);
  const power = new AbortController();
  const log: string[] = [];
  let state = 'off';
  wire.setPowered(true);
  const life = rp2040Family
    .run(
      {
        slot: { slot: 'slot1', faults, consoleBaudRate: 115_200 },
        chip,
        mac: '24:6f:28:aa:bb:cc',
        wire,
        flash,
        ports: { drive },
        supply: { setLoad: () => undefined, dip: () => undefined },
        startedBy: 'supply',
        strap: () => 'run',
        enter: (next) => (state = next),
        log: (text) => log.push(text),
        signal: power.signal,
      },
      mode,
    )
    .catch((thrown: unknown) => {
      if (!power.signal.aborted) throw thrown;
    });
  const until = (what: string, look: () => boolean) =>
    pollUntil(async () => look() || undefined, {
      intervalMs: 5,
      timeoutMs: 5000,
      onTimeout: () => new Error(`no ${what}; the board is ${state} after ${log.join(' / ')}`),
    });
  const off = async () => {
    power.abort();
    await life;
  };
  try {
    await use({
      drive,
      flash,
      host,
      log,
      off,
      hasDrive: () => existsSync(drive),
      untilDrive: async () => void (await until('drive', () => existsSync(drive))),
      untilGone: async () => void (await until('end of the drive', () => !existsSync(drive))),
      untilState: async (wanted) => void (await until(wanted, () => state === wanted)),
      untilLog: async (text) => void (await until(text, () => log.some((line) => line.includes(text)))),
    });
  } finally {
    await off();
    await host.close();
    await wire.close();
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Pico {
  drive: string;
  flash: ReturnType<typeof createFlashArray>;
  host: Awaited<ReturnType<typeof openHost>>;
  log: readonly string[];
  /** Takes the power away, and waits until the chip has noticed. */
  off(): Promise<void>;
  hasDrive(): boolean;
  untilDrive(): Promise<void>;
  untilGone(): Promise<void>;
  untilState(state: string): Promise<void>;
  untilLog(text: string): Promise<void>;
}
