import { pause, withDeadline } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import type { LineAddress } from './line.js';
import { takeTurns } from './one-at-a-time.js';
import { waitUntilFallen, waitUntilRisen, type Supply } from './rail.js';
import type { Output, OutputAddress, Outputs } from './output.js';
import { forEachLine, openInactive, presentIn } from './slot-lines.js';
import { judgeInrush, judgeSteady, type OnMeasured, type SwitchOnLimits } from './supply-limits.js';
import type { SupplySampler } from './supply-sampler.js';

export interface SlotPowerOptions {
  backend: Pick<Outputs, 'openOutput'>;
  /** Whichever the slot has. Without a power line the board is always supplied, and reset stands in for power. */
  lines: { power?: OutputAddress; boot?: LineAddress; reset?: LineAddress };
  supply: Supply;
  /** Left out where the slot has no meter: then the supply's times are trusted, and no current is judged. */
  meter?: SupplyMeter;
  /** After power-up or reset, before anything talks to the board. */
  settleMs: number;
  /** Once off, the board stays off for at least this long before it is switched on again; 100 in a power cycle unless told, else no time. */
  offMs?: number;
  /** Holds a place among the slots whose supply may be on its way up at the same time while the work is under way; without it any number may. */
  inPlace?: <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;
  /** Asked before every switch-on, in that place; resolves when this slot may draw its inrush current. */
  turn: () => Promise<unknown>;
  log?: (text: string) => void;
}

/** What reads the slot's meter, and what it must show when the board is switched on. */
export interface SupplyMeter {
  sampler: SupplySampler;
  limits?: SwitchOnLimits;
  onMeasured?: OnMeasured;
}

export interface PowerCallOptions {
  signal?: AbortSignal;
}

export interface StartOptions extends PowerCallOptions {
  /** Called while the board is without power, or held in reset: whatever is heard after it comes from the new start. */
  beforeOn?: () => Promise<void>;
}

export interface CycleOptions extends StartOptions {
  /** Straps the board into its loader while it starts; the strap is released after the settle time. Default false. */
  bootStrap?: boolean;
  /** The board is without power, or held in reset, for at least this long; that of the slot unless told. */
  offMs?: number;
}

/**
 * Power, boot strap and reset of one slot. Calls run one at a time. Every call proves what it did by reading the lines back, and
 * the rail where there is a meter: LINE_READBACK, LINE_LOST, RAIL_NOT_FALLEN, RAIL_NOT_RISEN, METER_FAILED. The meter is read from before power is
 * on until it is proved off.
 */
export interface SlotPower {
  /** Off, strap released; waits until the rail has fallen. Without a power line: held in reset. */
  off(options?: PowerCallOptions): Promise<void>;
  /**
   * On, risen and settled, with currents within limits (INRUSH_TOO_HIGH, CURRENT_OUT_OF_LIMITS); when that fails or is aborted, off again. The order: a
   * place among those that switch, the turn, the switch, the rail, the inrush, the settle time, the steady current.
   */
  on(options?: PowerCallOptions): Promise<void>;
  /** Whether the board is supplied, asked of the output itself. Without a power line it always is. */
  read(options?: PowerCallOptions): Promise<boolean>;
  /** Off, proved off, on. */
  cycle(options?: CycleOptions): Promise<void>;
  /**
   * Into the loader: by reset when the board is on and has a reset line, else by a power cycle with the strap active. Without a boot strap the reset
   * pin alone does it.
   */
  enterLoader(options?: PowerCallOptions): Promise<void>;
  /** Out of whatever the board does and into its firmware: a power cycle with the strap released. */
  runFirmware(options?: StartOptions): Promise<void>;
  /**
   * Everything inactive, power first. Stops a call that is under way, so that it cannot switch on afterwards, and tries every
   * line before it throws.
   */
  makeSafe(): Promise<void>;
  /** Makes safe and gives the lines back; may be called twice. */
  close(): Promise<void>;
}

const defaultOffMs = 100;
const resetPulseMs = 100;
const turnTimeoutMs = 120_000;
/** Power first: the order in which they are made safe. */
const lineNames = ['power', 'boot', 'reset'] as const;

/** Opens the slot's lines, each inactive from its first moment as an output. */
export async function openSlotPower(options: SlotPowerOptions): Promise<SlotPower> {
  const lines = await openInactive(options.backend, options.lines, lineNames);
  const all = presentIn(lines, lineNames);
  const sequence = powerSequence(lines, options);
  const calls = takeTurns();
  const makeSafe = () =>
    calls.interrupt(() => forEachLine(all, (line) => line.write(false)), 'the slot was made safe meanwhile');
  let closing: Promise<void> | undefined;
  const close = async () => {
    try {
      await makeSafe();
    } finally {
      await options.meter?.sampler.stop();
      await forEachLine(all, (line) => line.close());
    }
  };
  return {
    off: ({ signal } = {}) => calls.run((stop) => sequence.off(stop), signal),
    on: ({ signal } = {}) => calls.run((stop) => sequence.on(stop), signal),
    read: ({ signal } = {}) => calls.run(() => sequence.isSupplied(), signal),
    cycle: ({ signal, ...how } = {}) => calls.run((stop) => sequence.cycle(how, stop), signal),
    enterLoader: ({ signal } = {}) => calls.run((stop) => sequence.enterLoader(stop), signal),
    runFirmware: ({ signal, ...how } = {}) => calls.run((stop) => sequence.cycle(how, stop), signal),
    makeSafe: () => (closing ? closing : makeSafe()),
    close: () => (closing ??= close()),
  };
}

type SlotLines = { [name in (typeof lineNames)[number]]?: Output };

function powerSequence(lines: SlotLines, options: SlotPowerOptions) {
  const { power, boot, reset } = lines;
  const { supply, meter, settleMs, offMs: leastOffMs, turn, log = () => undefined } = options;
  const inPlace = options.inPlace ?? ((_, work) => work());
  const readRailVolts = meter && (async () => (await meter.sampler.next()).railVolts);
  /** Since when the board is known to be without power or in reset; undefined when it is not, or may not be. */
  let offSince: number | undefined;

  const isSupplied = async () => power === undefined || (await power.read());
  const strap = async (active: boolean) => boot?.write(active);

  const off = async (signal: AbortSignal) => {
    if (power === undefined) {
      if (!(await reset?.read())) offSince = undefined;
      await reset?.write(true);
    } else {
      await power.write(false);
      await reset?.write(false);
    }
    await strap(false);
    if (power && readRailVolts) await waitUntilFallen(supply, readRailVolts, signal);
    if (power) await meter?.sampler.stop();
    offSince ??= performance.now();
  };

  const stayOff = async (atLeastMs: number, signal: AbortSignal) => {
    const sinceMs = performance.now() - (offSince ?? -Infinity);
    if (sinceMs < atLeastMs) await pause(atLeastMs - sinceMs, signal);
  };

  const askForTurn = (signal: AbortSignal) =>
    withDeadline(turn, {
      signal,
      timeoutMs: turnTimeoutMs,
      onTimeout: () =>
        new RigError('COORDINATOR_LOST', `no turn to switch power on within ${turnTimeoutMs / 1000} s`),
    });

  const closeSwitch = async (line: Output, signal: AbortSignal) => {
    await askForTurn(signal);
    offSince = undefined;
    meter?.sampler.start();
    const fromMs = performance.now();
    await line.write(true);
    const closing = { fromMs, untilMs: performance.now() };
    log('power on');
    if (readRailVolts) await waitUntilRisen(supply, readRailVolts, signal);
    else await pause(supply.riseMs, signal);
    const { sampler, limits, onMeasured = () => undefined } = meter ?? {};
    const judging = sampler && limits && { sampler, limits, onMeasured, signal };
    if (judging) await judgeInrush(closing, judging);
    await pause(settleMs, signal);
    if (judging) await judgeSteady(judging);
  };

  const switchOn = async (line: Output, signal: AbortSignal) => {
    try {
      if (!(await line.read())) {
        await stayOff(leastOffMs ?? 0, signal);
        await inPlace(signal, () => closeSwitch(line, signal));
      } else if (readRailVolts) await waitUntilRisen(supply, readRailVolts, signal);
    } catch (thrown) {
      await line.write(false);
      log('power off again');
      throw thrown;
    }
  };

  const on = async (signal: AbortSignal) => {
    if (power) return switchOn(power, signal);
    await stayOff(leastOffMs ?? 0, signal);
    offSince = undefined;
    await reset?.write(false);
    await pause(settleMs, signal);
  };

  /** The strap is sampled when the board starts; released afterwards, it is an ordinary pin for the application. */
  const strapped = async (active: boolean, start: () => Promise<void>) => {
    await strap(active);
    try {
      await start();
    } finally {
      if (active) await strap(false);
    }
  };

  const cycle = async (
    { bootStrap = false, offMs = leastOffMs ?? defaultOffMs, beforeOn }: CycleOptions,
    signal: AbortSignal,
  ) => {
    await off(signal);
    const isProved = power === undefined || meter !== undefined;
    await stayOff(isProved ? offMs : Math.max(offMs, supply.fallMs), signal);
    await beforeOn?.();
    await strapped(bootStrap, () => on(signal));
  };

  const pulseReset = async (line: Output, signal: AbortSignal) => {
    try {
      await line.write(true);
      await pause(resetPulseMs, signal);
    } finally {
      await line.write(false);
    }
    await pause(settleMs, signal);
  };

  const enterLoader = async (signal: AbortSignal) => {
    const isOn = await isSupplied();
    if (boot === undefined && reset) {
      // The loader runs first after a reset by its pin, and after nothing else.
      if (!isOn) await on(signal);
      await pulseReset(reset, signal);
      return log('reset by its pin');
    }
    if (isOn && power && reset) await strapped(true, () => pulseReset(reset, signal));
    else await cycle({ bootStrap: true }, signal);
    log('started with the boot strap active');
  };

  return { off, on, cycle, enterLoader, isSupplied };
}
