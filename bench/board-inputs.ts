import type { BenchSlot } from '../rigs/bench.js';
import { createAutoReset } from './auto-reset.js';
import type { Board } from './board.js';
import type { BootMode } from './board-family.js';
import type { LineBank } from './lines.js';
import type { Wire } from './parts.js';

/** What decides a board's power, reset and boot strap. */
export interface BoardInputs {
  /** Connects the board: from now on it follows. */
  drive(board: Board): void;
  /** The strap at this moment. */
  strap(): BootMode;
  /** Gets what the host sends to a chip that runs what is in its flash. */
  hear(bytes: Buffer): void;
  close(): void;
}

export interface BoardInputOptions {
  slot: Pick<BenchSlot, 'power' | 'boot' | 'reset' | 'lamps'>;
  lines: LineBank;
  wire: Pick<Wire, 'onLines' | 'onHangUp' | 'onMisheard'>;
  byHand: boolean;
  /** The bytes with which a loader's tool begins; none for a board whose port has no loader. */
  knock: Buffer;
  log: (text: string) => void;
}

/**
 * Joins what can drive a board: the station's lines, the reset circuit on DTR and RTS, and a person's hand. The hand has power on and
 * the boot button down until the station's lines are used for the first time: as a person would, it presses reset when a tool has let go
 * of a port without DTR and RTS, or knocks on one in vain.
 */
export function createBoardInputs({
  slot,
  lines,
  wire,
  byHand,
  knock: knockBytes,
  log,
}: BoardInputOptions): BoardInputs {
  const { power, boot, reset, lamps } = slot;
  let board: Board | undefined;
  let hand = byHand;
  let adapterHolds = false;
  let linesSeen = false;

  const active = (address: typeof power): boolean => address !== undefined && lines.isActive(address);
  const lineStrap = (): BootMode => (active(boot) ? 'download' : 'run');
  const strap = (): BootMode => (hand && !linesSeen ? 'download' : lineStrap());
  const powerOn = (): boolean => hand || power === undefined || active(power);
  const release = (mode: BootMode): void => {
    if (!active(reset) && !adapterHolds) board?.release(mode);
  };
  const pressReset = (why: string, knockedAt?: number): void => {
    log(`${why}: reset by hand, into the loader`);
    board?.hold();
    board?.release('download', knockedAt);
  };

  const adapter = createAutoReset({
    onHold() {
      adapterHolds = true;
      board?.hold();
    },
    onRelease(mode) {
      adapterHolds = false;
      release(mode === 'download' ? mode : lineStrap());
    },
  });
  wire.onLines((signals) => {
    linesSeen = true;
    log(`DTR ${signals.dtr ? 'on' : 'off'}, RTS ${signals.rts ? 'on' : 'off'}`);
    adapter.set(signals);
  });
  wire.onHangUp(() => {
    log('the host closed the port');
    const hadLines = linesSeen;
    linesSeen = false;
    // An adapter drops both outputs when its port is closed.
    adapter.set({ dtr: false, rts: false });
    if (hand && !hadLines) pressReset('port closed');
  });

  const knock = createKnockDetector(knockBytes);
  const hear = (bytes: Buffer, baudRate?: number): void => {
    if (!hand || linesSeen || !knock(bytes)) return;
    const isLast = bytes.at(-1) === knockBytes.at(-1);
    pressReset('a loader tool knocks', isLast ? baudRate : undefined);
  };
  // A tool that comes right after another finds the loader at the rate that the other left it at.
  wire.onMisheard(hear);
  const follow = (): void => {
    board?.switchPower(powerOn());
    if (active(reset) || adapterHolds) board?.hold();
    else release(strap());
  };
  for (const address of [power, boot, reset, ...lamps]) {
    if (address === undefined) continue;
    lines.onWrite(address, () => {
      if (hand) log('lines are in use: the hand lets go');
      hand = false;
      follow();
    });
  }

  return {
    drive(next) {
      board = next;
      follow();
    },
    strap,
    hear,
    close() {
      adapter.close();
      board = undefined;
    },
  };
}

/** True when the bytes, with what came before them, hold a knock. */
function createKnockDetector(wanted: Buffer): (bytes: Buffer) => boolean {
  let tail = Buffer.alloc(0);
  return (bytes) => {
    const seen = Buffer.concat([tail, bytes]);
    const found = wanted.length > 0 && seen.includes(wanted);
    tail = found ? Buffer.alloc(0) : seen.subarray(Math.max(0, seen.length - wanted.length + 1));
    return found;
  };
}
