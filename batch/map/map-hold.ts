import { RigError } from '../../core/errors.js';
import type { LineReadback } from '../../core/run-record.js';
import { openMeter } from '../../drivers/meter/open-meter.js';
import { openOutputs } from '../../drivers/power/open-outputs.js';
import { openSlotPower, type SlotPower } from '../../gpio/power.js';
import { createSupplySampler, type SupplySampler } from '../../gpio/supply-sampler.js';
import type { Slot, Station } from '../../rigs/types.js';
import { holdSlot, type SlotHold } from '../station/slot-hold.js';
import type { StationCare } from '../station/station-ready.js';

/** A slot that nobody else may use, with its power in hand. */
export interface HeldSlot {
  /** With the bench's meter and lines, and the ports as the station file has them. */
  slot: Slot;
  power: SlotPower;
  /** Aborted, with CURRENT_OUT_OF_LIMITS as its reason, when the board draws more than it may; its power is off then. */
  overCurrent: AbortSignal;
}

export interface HeldSlots {
  slots: readonly HeldSlot[];
  /** Switches everything off at once; what fails is found by `release`. */
  makeSafe(): void;
  /** Switches everything off and gives the slots back; throws LINE_READBACK naming what is not known to be off. May be called twice. */
  release(): Promise<void>;
}

export interface HoldSlotsOptions {
  care: StationCare;
  station: Station;
  runtimeFolder: string;
  signal: AbortSignal;
}

/** Takes every slot of a station, so that no run is disturbed and none begins, with every output off and under the guard. Throws SLOT_BUSY and what opening throws. */
export async function openHeldSlots(options: HoldSlotsOptions): Promise<HeldSlots> {
  const { care, station, runtimeFolder, signal } = options;
  const runId = `map-${station.name}-${process.pid}`;
  const ends: (() => Promise<unknown>)[] = [];
  const readback: LineReadback[] = [];
  let releasing: Promise<void> | undefined;
  const release = async () => {
    const failures: unknown[] = [];
    for (const end of ends.reverse()) await end().catch((thrown: unknown) => failures.push(thrown));
    assertOff(readback);
    if (failures.length > 0) throw failures[0];
  };
  try {
    const slots: HeldSlot[] = [];
    for (const written of station.slots) {
      signal.throwIfAborted();
      const hold = await holdSlot({
        care,
        runtimeFolder,
        runId,
        station,
        slotId: written.id,
        pid: process.pid,
      });
      ends.push(async () => void readback.push(...(await hold.release({ lamps: 'darken' }))));
      const onWritten = { ...hold, slot: { ...hold.slot, ...writtenPorts(station, hold.slot.id) } };
      slots.push(await openHeld(onWritten, station, (end) => ends.push(end)));
    }
    const makeSafe = () => slots.forEach(({ power }) => void power.makeSafe().catch(() => undefined));
    return { slots, makeSafe, release: () => (releasing ??= release()) };
  } catch (thrown) {
    await release().catch(() => undefined);
    throw thrown;
  }
}

/** Takes the power of a slot in hand; `onEnd` gets what gives it back, in order. Throws what opening throws. */
export async function openHeld(
  hold: Pick<SlotHold, 'slot' | 'gpio'>,
  station: Pick<Station, 'powerOn'>,
  onEnd: (end: () => Promise<unknown>) => void,
): Promise<HeldSlot> {
  const { slot } = hold;
  const backend = await openOutputs(hold.gpio);
  onEnd(() => backend.close());
  const meter = slot.meter && (await openMeter(slot.meter));
  if (meter) onEnd(() => meter.close());
  const sampler = meter && createSupplySampler(() => meter.read());
  const { supply } = slot.board;
  const power = await openSlotPower({
    backend,
    lines: slot,
    supply,
    settleMs: station.powerOn.settleMs,
    // One slot has power at a time.
    turn: async () => undefined,
    ...(sampler && { meter: { sampler, limits: supply } }),
  });
  onEnd(() => power.close());
  return { slot, power, overCurrent: watchCurrent(slot, power, sampler) };
}

/** Cuts the slot off at the first reading beyond its board's limit. */
function watchCurrent(
  { id, board }: Slot,
  power: SlotPower,
  sampler: SupplySampler | undefined,
): AbortSignal {
  const over = new AbortController();
  const { maxAmps } = board.supply;
  sampler?.onSample(({ railAmps = 0 }) => {
    if (maxAmps === undefined || railAmps <= maxAmps || over.signal.aborted) return;
    const what = `${id} drew ${railAmps} A and was cut off; its board's limit is ${maxAmps} A`;
    over.abort(new RigError('CURRENT_OUT_OF_LIMITS', what, { details: { railAmps, maxAmps } }));
    power.makeSafe().catch(() => undefined);
  });
  return over.signal;
}

function writtenPorts({ slots }: Station, id: string): Pick<Slot, 'serial' | 'bootDrive'> {
  const { serial, bootDrive } = slots.find((slot) => slot.id === id) ?? {};
  return { ...(serial && { serial }), ...(bootDrive !== undefined && { bootDrive }) };
}

function assertOff(lines: readonly LineReadback[]): void {
  const on = lines.filter(({ state }) => state !== 'inactive');
  if (on.length === 0) return;
  const what = on.map(
    ({ slot, role, line, state, reason }) => `${role} of ${slot} (${line}) is ${state}: ${reason}`,
  );
  throw new RigError('LINE_READBACK', `not everything is known to be off: ${what.join('; ')}`);
}
