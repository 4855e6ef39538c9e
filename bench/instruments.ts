import type { BenchSlot } from '../rigs/bench.js';
import type { SlotMeter } from './meters.js';
import { takeNetworkPlace } from './network-place.js';
import { startScpiServer } from './scpi-server.js';

type Meter = NonNullable<BenchSlot['meter']>;
/** A channel of an instrument on the network. */
export type InstrumentChannel = Extract<Meter, { scpi: object }>;

/** The instruments on the network that measure the slots of a station: one server for each that the station file names. */
export interface Instruments {
  /** Joins a slot's supply to its channel. */
  connect(channel: InstrumentChannel): SlotMeter;
  /** May be called twice. */
  close(): Promise<void>;
}

/** The port that IANA has given to SCPI over TCP. */
const port = 5025;

interface Instrument {
  host: string;
  /** In V and A, by query as it compares. */
  values: Map<string, number>;
  close(): Promise<void>;
}

/** Starts every instrument that a meter of the plan names, each at a loopback address of its own. Throws BENCH_FAILED. */
export async function startInstruments(meters: readonly Meter[], station: string): Promise<Instruments> {
  const instruments = new Map<string, Instrument>();
  const close = async (): Promise<void> => {
    await Promise.all([...instruments.values()].map((instrument) => instrument.close()));
  };
  try {
    for (const meter of meters) {
      if (!('scpi' in meter) || instruments.has(keyOf(meter))) continue;
      instruments.set(keyOf(meter), await startInstrument(`${station}-${instruments.size + 1}`));
    }
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    close,
    connect(channel) {
      const instrument = instruments.get(keyOf(channel));
      if (instrument === undefined) throw new Error(`no instrument was started for ${keyOf(channel)}`);
      const { host, values } = instrument;
      const show = (railMillivolts: number, railMilliamps: number): void => {
        values.set(comparable(channel.volts), railMillivolts / 1000);
        if (channel.amps !== undefined) values.set(comparable(channel.amps), railMilliamps / 1000);
      };
      show(0, 0);
      return { show, ports: { scpi: { host, port } } };
    },
  };
}

async function startInstrument(serialNumber: string): Promise<Instrument> {
  const place = await takeNetworkPlace();
  const values = new Map<string, number>();
  try {
    const { host } = place.address;
    const server = await startScpiServer({
      host,
      port,
      identity: `RIGWRIGHT,VIRTUAL METER,${serialNumber},1.0`,
      measure: (query) => values.get(comparable(query)),
    });
    const close = () => server.close().finally(() => place.release());
    return { host, values, close };
  } catch (thrown) {
    await place.release();
    throw thrown;
  }
}

/** Which instrument of the station file it is. */
function keyOf({ scpi }: InstrumentChannel): string {
  return `${scpi.host}:${scpi.port}`;
}

/** SCPI knows no case, and takes any number of spaces for one. */
function comparable(query: string): string {
  return query.trim().replace(/\s+/g, ' ').toUpperCase();
}
