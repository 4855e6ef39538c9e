import type { Meter, MeterReading } from './meter.js';

/**
 * One meter for many who ask at once: never two readings at a time, which an instrument or a bus would mix up. Whoever asks gets a reading that was begun
 * after he asked; all who wait for the next one share it.
 */
export function shareMeter(meter: Meter): Meter {
  let underWay: Promise<unknown> | undefined;
  let next: Promise<MeterReading> | undefined;
  const begin = (): Promise<MeterReading> => {
    next = undefined;
    const mine = meter.read();
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    underWay = settled;
    void settled.then(() => {
      if (underWay === settled) underWay = undefined;
    });
    return mine;
  };
  return {
    read: () => next ?? (underWay === undefined ? begin() : (next = underWay.then(begin))),
    close: () => meter.close(),
  };
}
