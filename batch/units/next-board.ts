import { pause, pollUntil } from '../../core/deadline.js';
import { asRigError, RigError } from '../../core/errors.js';
import { hasErrno } from '../../core/files.js';
import { unitId } from '../../core/record.js';
import { stat } from 'node:fs/promises';
import type { Swap } from '../../rigs/batch/types.js';
import type { Station } from '../../rigs/types.js';
import { openHeld, type HeldSlot } from '../map/map-hold.js';
import { probeBoard } from '../station/probe-board.js';
import type { SlotHold } from '../station/slot-hold.js';

export interface NextBoardOptions {
  hold: SlotHold;
  station: Station;
  swap: Swap;
  /** True when no board of the batch was in the slot in this run: then one that is silent may be it. */
  isFirst: boolean;
  /** Says why the board with this id is not the one that is waited for; undefined: it is. */
  objection: (id: string) => string | undefined;
  /** Gets what the operator has to do, each time that it is something else. */
  onWait: (what: string) => void;
  /** Resolves when the nest may be powered, with the ms that the batch was paused until then: that is no waiting for a board. */
  mayLook: () => Promise<number>;
  signal: AbortSignal;
}

/** What a look into the nest has shown. */
type Look = { id: string } | { id?: never; answers: boolean; draws: boolean; isRigs?: boolean };

/** A board that draws current and says nothing for so many looks is there, and is bad. */
const silentLooks = 3;
/** Below it a meter shows its own noise. */
const leastAmps = 0.005;

/**
 * Waits until the slot has its next board, in the way that the batch says. Looks with power for as long as the loader takes to answer, and leaves the slot off. A
 * board that does not say who it is counts once the nest was seen empty before; one that says nothing at all only where a meter shows that it draws current.
 * Throws UNIT_NOT_BEGUN when none came within `waitSeconds`, the signal's reason, and what power throws.
 */
export async function awaitNextBoard(options: NextBoardOptions): Promise<void> {
  const { hold, station, swap, signal, onWait } = options;
  if (swap.detect === 'none' || swap.detect === 'operator') return;
  if (swap.detect === 'port' && !options.isFirst) return untilPortWasAway(options);
  if (swap.detect === 'port') return;
  const ends: (() => Promise<unknown>)[] = [];
  let told = '';
  const tell = (what: string) => {
    if (what !== told) onWait((told = what));
  };
  let until = deadlineOf(swap);
  try {
    const held = await openHeld(hold, station, (end) => ends.push(end));
    let wasEmpty = options.isFirst;
    let silent = 0;
    for (;;) {
      const heldMs = await options.mayLook();
      until += heldMs;
      if (heldMs > 0) told = '';
      const look = await lookInto(held, signal);
      if (look.id !== undefined) {
        const why = options.objection(look.id);
        if (why === undefined) return;
        tell(`put in the next board: ${why}`);
      } else if (look.isRigs || (wasEmpty && look.answers)) return;
      else {
        silent = look.draws ? silent + 1 : 0;
        if (!look.answers && !look.draws) wasEmpty = true;
        if (wasEmpty && silent >= silentLooks) return;
        tell(wasEmpty ? 'put in a board' : 'put in the next board');
      }
      if (performance.now() > until) throw noneCame(hold, swap);
      await pause(swap.everySeconds * 1000, signal);
    }
  } finally {
    for (const end of ends.reverse()) await end().catch(() => undefined);
  }
}

async function lookInto({ slot, power }: HeldSlot, signal: AbortSignal): Promise<Look> {
  let draws = false;
  try {
    const device = await probeBoard(slot, power, { signal });
    const id = unitId(device);
    return id === undefined ? { answers: true, draws: true } : { id };
  } catch (thrown) {
    signal.throwIfAborted();
    const { code, blame } = asRigError(thrown);
    // What is wrong with the nest is found, and told with all that belongs to it, by the attempt.
    if (blame !== 'dut') return { answers: false, draws: false, isRigs: true };
    if (code !== 'DUT_SILENT') return { answers: true, draws: true };
    draws = await drawsCurrent(slot);
    return { answers: false, draws };
  } finally {
    await power.off();
  }
}

/** Read while the board is still powered: nothing draws current once it is off. */
async function drawsCurrent(slot: HeldSlot['slot']): Promise<boolean> {
  if (slot.meter === undefined) return false;
  const { openMeter } = await import('../../drivers/meter/open-meter.js');
  const meter = await openMeter(slot.meter);
  try {
    const { railAmps = 0 } = await meter.read();
    return railAmps > Math.max(leastAmps, slot.board.supply.idleAmps?.min ?? 0);
  } finally {
    await meter.close();
  }
}

/** The board brings its own port: it is out when the port is gone, and the next one is there when it is back. */
async function untilPortWasAway({ hold, swap, signal, onWait }: NextBoardOptions): Promise<void> {
  const path = hold.slot.serial?.path ?? hold.slot.bootDrive;
  if (path === undefined) return;
  const isThere = () =>
    stat(path).then(
      () => true,
      (thrown) => !hasErrno(thrown, 'ENOENT'),
    );
  const wait = (wanted: boolean) =>
    pollUntil(async () => ((await isThere()) === wanted ? true : undefined), {
      intervalMs: 200,
      timeoutMs: Math.min(deadlineOf(swap) - performance.now(), 0x7fffffff),
      onTimeout: () => noneCame(hold, swap),
      signal,
    });
  onWait('take the board out');
  await wait(false);
  onWait('put in the next board');
  await wait(true);
}

function deadlineOf({ waitSeconds }: Swap): number {
  return waitSeconds === undefined ? Infinity : performance.now() + waitSeconds * 1000;
}

function noneCame({ slot }: SlotHold, { waitSeconds }: Swap): RigError {
  return new RigError('UNIT_NOT_BEGUN', `no other board came into ${slot.id} within ${waitSeconds ?? 0} s`);
}
