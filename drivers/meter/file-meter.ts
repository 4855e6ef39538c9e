import type { Meter } from './meter.js';

/** One channel of a meter, in thousandths of its unit. */
export interface Channel {
  read(): Promise<number>;
  close(): void;
}

/** A meter of two channels in mV and mA. Reads once, so that what cannot be read is known before power is switched; then it closes what it has. */
export async function meterOf(volts: Channel, amps: Channel | undefined): Promise<Meter> {
  const read: Meter['read'] = async () => {
    const railVolts = (await volts.read()) / 1000;
    return amps === undefined ? { railVolts } : { railVolts, railAmps: (await amps.read()) / 1000 };
  };
  const close = async () => {
    volts.close();
    amps?.close();
  };
  try {
    await read();
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { read, close };
}
