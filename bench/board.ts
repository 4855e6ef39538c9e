import type { BenchPorts, BenchSlot } from '../rigs/bench.js';
import { faultOf } from './board-faults.js';
import type { BoardFamily, BoardParts, BootMode } from './board-family.js';
import type { MeterDisplay } from './meters.js';
import type { FlashArray, Wire } from './parts.js';
import { createSupply, loads } from './supply.js';

/** One virtual board: supply, EN, boot strap, and a chip that runs what is in its flash. */
export interface Board {
  /** In words: `off`, `no supply`, `shorted`, `held in reset`, `dead`, or what its chip does. */
  readonly state: string;
  switchPower(on: boolean): void;
  /** EN low: nothing runs until `release`. */
  hold(): void;
  /** EN high: the chip starts if it has power. `knockedAt`, see `BoardParts`. */
  release(mode: BootMode, knockedAt?: number): void;
  /** How high its rail is now, as a share of its nominal voltage. */
  readonly railShare: number;
  /** Settles when everything that ran until now has let go of wire and ports. */
  readonly lastRun: Promise<void>;
  /** Ends whatever runs; leaves flash and wire as they are. May be called twice. */
  close(): void;
}

export interface BoardOptions {
  /** The board that was in the nest before: its wire and its rail are taken over. */
  after?: Pick<Board, 'railShare' | 'lastRun'>;
  slot: Pick<BenchSlot, 'slot' | 'chip' | 'mac' | 'faults' | 'consoleBaudRate' | 'railVolts' | 'network'>;
  wire: Wire;
  flash: FlashArray;
  /** The life of the chip that is fitted. */
  family: (chip: string) => BoardFamily;
  ports: Pick<BenchPorts, 'drive' | 'network'>;
  meter?: MeterDisplay;
  /** The boot strap at this moment: sampled when power comes up and when a watchdog or the brown-out detector resets the chip. */
  strap: () => BootMode;
  /** Bytes of the host that reach the chip while it runs what is in its flash. */
  onHostBytes?: (bytes: Buffer) => void;
  /** Resets and states. */
  log: (text: string) => void;
}

/** A board without power. Throws BENCH_FAILED when no virtual board has its chip. */
export function createBoard(options: BoardOptions): Board {
  const { wire, strap, log, slot, meter, after } = options;
  const { faults } = slot;
  const dead = faultOf(faults, 'dead') !== undefined;
  const empty = faultOf(faults, 'empty') !== undefined;
  const noSupply = faultOf(faults, 'no-power') !== undefined;
  const short = faultOf(faults, 'short');
  const riseMs = faultOf(faults, 'slow-rise')?.riseMs;
  const stuckOn = faultOf(faults, 'stuck-on') !== undefined;
  const chip = faultOf(faults, 'wrong-chip')?.chip ?? slot.chip;
  const mac = faultOf(faults, 'duplicate-mac')?.mac ?? slot.mac;
  const family = options.family(chip);
  let state = 'off';
  let powered = false;
  let held = false;
  let life: AbortController | undefined;
  let lastRun = after?.lastRun ?? Promise.resolve();

  const enter = (next: string): void => {
    if (next !== state) log(next);
    state = next;
  };
  const stop = (): void => {
    life?.abort();
    life = undefined;
    wire.setPowered(false);
  };
  const start = (mode: BootMode, startedBy: BoardParts['startedBy'], knockedAt?: number): void => {
    if (empty) return enter('no board');
    if (dead) {
      supply.setLoad(loads.stuck);
      return enter('dead');
    }
    wire.setPowered(true);
    life = new AbortController();
    const { signal } = life;
    const knocked = knockedAt === undefined ? {} : { knockedAt };
    const parts = { ...options, ...knocked, chip, mac, supply, startedBy, strap, log, enter, signal };
    // One after the other: a run that was aborted still has to let go of the wire.
    lastRun = lastRun
      .then(() => (signal.aborted ? undefined : family.run(parts, mode)))
      .catch((thrown: unknown) => {
        if (!signal.aborted)
          log(`the virtual chip failed: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
      });
  };
  const supply = createSupply({
    nominalMillivolts: (slot.railVolts ?? 5) * 1000,
    broken: noSupply,
    unloaded: empty,
    ...(after && { railShare: after.railShare }),
    ...(riseMs !== undefined && { riseMs }),
    ...(short && { short: { afterMs: short.afterMs ?? 0, milliamps: short.milliamps ?? 2500 } }),
    ...(meter && { meter }),
    onUp() {
      powered = true;
      if (held) enter('held in reset');
      else start(strap(), 'supply');
    },
    onDown() {
      powered = false;
      stop();
    },
    onShort() {
      powered = false;
      stop();
      enter('shorted');
    },
  });

  return {
    get state() {
      return state;
    },
    get railShare() {
      return supply.railShare;
    },
    get lastRun() {
      return lastRun;
    },
    switchPower(wanted) {
      const on = wanted || stuckOn;
      supply.switch(on);
      if (!on) enter('off');
      else if (noSupply) enter('no supply');
    },
    hold() {
      if (held) return;
      held = true;
      if (!powered) return;
      stop();
      enter('held in reset');
    },
    release(mode, knockedAt) {
      if (!held) return;
      held = false;
      if (powered) start(mode, 'pin', knockedAt);
    },
    close() {
      stop();
      supply.close();
    },
  };
}
