import type { BenchSwaps } from '../rigs/bench-swaps.js';
import type { BenchSlot } from '../rigs/bench.js';
import type { LineAddress, LineBank } from './lines.js';
import type { Nest } from './nest.js';

/** Somebody who swaps the boards of one slot when their units are over. */
export interface SlotOperator {
  /** May be called twice. */
  close(): void;
}

export interface SlotOperatorOptions {
  slot: Pick<BenchSlot, 'power' | 'result'>;
  swaps: BenchSwaps;
  nest: Nest;
  lines: Pick<LineBank, 'onWrite' | 'isActive'>;
  log: (text: string) => void;
}

/** A result that is gone sooner was none: lamps are switched one after the other. */
const seenAfterMs = 100;
/** Without lamps, power that stays off for so long after a write says that the unit is over; a power cycle is shorter. */
const offForMs = 2000;

/**
 * Swaps at every result: when one of the lamps for pass and fail lights up, or stays alone of both, and the slot is without power, the board is taken out; after
 * `emptyMs` the next one is put in. A slot without both lamps has its board taken out when its flash was written and power has been off for two
 * seconds. Nothing is touched while the slot has power, but where nothing switches it.
 */
export function createSlotOperator({ slot, swaps, nest, lines, log }: SlotOperatorOptions): SlotOperator {
  const { power, result } = slot;
  const isOn = (): boolean => power !== undefined && lines.isActive(power);
  const isLit = (address: LineAddress): boolean => lines.isActive(address);
  let timer: NodeJS.Timeout | undefined;
  /** Which board of the slot has had its unit. */
  let over: number | undefined;
  let isNextDue = false;
  let wasOn = isOn();
  let lamps = readLamps();

  function readLamps(): 'result' | 'busy' | 'dark' {
    const lit = result ? [result.pass, result.fail].filter(isLit).length : 0;
    if (lit === 1) return 'result';
    return lit === 0 ? 'dark' : 'busy';
  }

  const later = (act: () => void, delayMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(act, delayMs);
  };
  const takeOut = (): void => {
    if (over !== nest.count || isOn() || nest.isEmpty) return;
    nest.takeOut();
    if (nest.count === swaps.boards) return log(`board ${nest.count} was the last one`);
    later(() => {
      isNextDue = true;
      putIn();
    }, swaps.emptyMs);
  };
  const putIn = (): void => {
    if (!isNextDue || isOn()) return;
    isNextDue = false;
    if (!nest.isEmpty) return;
    try {
      nest.putIn();
    } catch (thrown) {
      log(`there is no next board: ${String(thrown)}`);
    }
  };
  const lookAtLamps = (): void => {
    const before = lamps;
    lamps = readLamps();
    if (lamps === before) return;
    // Where there is no lamp of its own for it, both of them say that the slot is busy: on the way there one comes first.
    const isResult = lamps === 'result' && (result?.busy !== undefined || before === 'busy');
    over = isResult && !nest.isEmpty ? nest.count : undefined;
    if (over !== undefined) later(takeOut, seenAfterMs);
  };
  const lookAtPower = (): void => {
    const on = isOn();
    if (on === wasOn) return;
    wasOn = on;
    if (on) return;
    if (result === undefined && nest.isTouched) over = nest.count;
    if (over !== undefined && !nest.isEmpty) later(takeOut, result ? seenAfterMs : offForMs);
    else putIn();
  };

  for (const lamp of result ? [result.pass, result.fail] : []) lines.onWrite(lamp, lookAtLamps);
  if (power) lines.onWrite(power, lookAtPower);
  return { close: () => clearTimeout(timer) };
}
