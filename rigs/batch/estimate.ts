import type { Check } from '../../drivers/console/check.js';
import type { FlashDriverKind } from '../../drivers/flash/flash-driver.js';
import type { Slot } from '../types.js';
import type { Batch } from './types.js';
import { waveSizes } from './wave-sizes.js';

/** How long a batch takes when nothing goes wrong. */
export interface Estimate {
  seconds: number;
  /** What it was reckoned from, for whoever doubts it. */
  basis: string;
}

/** What an image shrinks to on the wire, where the loader takes it compressed: that of the vendor's examples. */
const compressed = 0.65;

/** Bytes in a second over the network and onto a boot drive: those of an ESP32 and of an RP2040 (docs/drivers.md). */
const networkBytes = 100_000;
const driveBytes = 150_000;

/** Power, loader and identity, in s. */
const detectSeconds = 3;
/** A boot to its banner takes this share of the longest that is allowed. */
const bootShare = 0.3;
/** As a boot; but no answer of a console takes longer than this, in s. */
const answerSeconds = 1.5;
/** The board is taken out and the next one put in, in s. */
const swapSeconds = 10;

/** Reckons the time of a batch from bytes on the wire, line rates, places and waves, and what checks usually take; retests are not in it. */
export function estimateBatch(batch: Batch): Estimate {
  const slots = batch.stations.flatMap((station) => station.slots);
  const todo = pendingOf(batch);
  const places = Math.max(1, Math.min(batch.atOnce, slots.length));
  const perUnit = slots.length === 0 ? 0 : mean(slots.map((slot) => unitSeconds(slot, batch)));
  const swaps = batch.swap.detect === 'none' ? 0 : swapSeconds;
  const waves = waveSizes(batch.waves, todo);
  const rounds = waves.reduce((sum, size) => sum + Math.ceil(size / places), 0);
  const seconds = Math.round(rounds * perUnit + Math.max(0, rounds - 1) * swaps);
  const basis = [
    `${todo} unit${todo === 1 ? '' : 's'} in ${waves.length} wave${waves.length === 1 ? '' : 's'}, ${places} at once`,
    `${perUnit.toFixed(0)} s a unit`,
    ...(swaps > 0 ? [`${swaps} s a swap`] : []),
    'no retests',
  ].join(', ');
  return { seconds, basis };
}

/** Units that are to be done: within the range, and not refused. */
export function pendingOf({ units, range }: Batch): number {
  return units.filter(
    ({ number, refused }) =>
      refused === undefined && (range === undefined || (number >= range.from && number <= range.to)),
  ).length;
}

function unitSeconds(slot: Slot, { job, programme }: Batch): number {
  if (job !== undefined) return 1 + job.commands.length * answerSeconds;
  if (programme === 'detect') return detectSeconds;
  const { board } = slot;
  const boot = (board.boot.timeoutMs / 1000) * bootShare;
  return detectSeconds + flashSeconds(slot) + boot + sum(board.checks.map(checkSeconds));
}

function flashSeconds({ board, release, serial }: Slot): number {
  const bytes = sum(release.images.map(({ sizeBytes }) => sizeBytes));
  const { driver, baudRate } = board.flash;
  const rate = (rates[driver] ?? ((baud: number) => baud / 10 / compressed))(
    driver === 'stm32flash' || driver === 'avrdude' ? (serial?.baudRate ?? baudRate) : baudRate,
  );
  const passes = 1 + (board.backup === 'none' ? 0 : 1 / compressed) + (board.readBack ? 1 / compressed : 0);
  return (bytes / rate) * passes;
}

/** Bytes in a second, of the image, by line rate; ten bits on the line are a byte. */
const rates: Partial<Record<FlashDriverKind, (baudRate: number) => number>> = {
  // Parity makes it eleven, and the loader answers each block.
  stm32flash: (baudRate) => (baudRate / 11) * 0.8,
  avrdude: (baudRate) => (baudRate / 10) * 0.8,
  uf2: () => driveBytes,
  'ota-http': () => networkBytes,
  espota: () => networkBytes,
};

function checkSeconds({ commands = [], script }: Check): number {
  if (script !== undefined) return (script.timeoutMs / 1000) * bootShare;
  return sum(commands.map(({ timeoutMs }) => Math.min(answerSeconds, (timeoutMs / 1000) * bootShare)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
