import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMeterFiles } from '../../bench/meters.js';
import { createSupply } from '../../bench/supply.js';
import { openBackend } from '../../gpio/backend.js';
import type { LineAddress, LineBackend } from '../../gpio/line.js';
import type { MeterReading } from '../../drivers/meter/meter.js';
import { createSupplySampler } from '../../gpio/supply-sampler.js';
import type { OnMeasured, SwitchOnLimits } from '../../gpio/supply-limits.js';
import { openSlotPower, type SlotPower, type SlotPowerOptions } from '../../gpio/power.js';
import { serveBenchLines, type BenchLinesServer } from './bench-lines-server.js';

export const slotLines = {
  power: { chip: 'bench', line: 17, activeLow: true },
  boot: { chip: 'bench', line: 27 },
  reset: { chip: 'bench', line: 22 },
} satisfies Record<string, LineAddress>;

export type SlotLineName = keyof typeof slotLines;
const allNames: readonly SlotLineName[] = ['power', 'boot', 'reset'];

/** One slot of the bench: its lines, and the bench's own supply and meter on its power line. */
export interface PoweredSlot {
  server: BenchLinesServer;
  backend: LineBackend;
  /** What happened, in order: `power on`, `reset off`, `turn`, `fallen` (the rail has reached 0). */
  events: string[];
  readRailVolts(): Promise<number>;
  isActive(name: SlotLineName): boolean;
  /** With the meter unless told otherwise; times are short so that tests are. */
  open(
    options?: Partial<Omit<SlotPowerOptions, 'meter'>> & {
      meter?: boolean;
      /** In place of the bench's meter. */
      readRail?: () => Promise<MeterReading>;
      has?: readonly SlotLineName[];
      limits?: SwitchOnLimits;
    },
  ): Promise<SlotPower>;
  /** What was measured, as `inrush_amps 1.2 pass`. */
  measured: string[];
  close(): Promise<void>;
}

/** `broken` keeps the rail at 0. */
export async function startPoweredSlot({ broken = false } = {}): Promise<PoweredSlot> {
  const server = await serveBenchLines(Object.values(slotLines));
  const folder = await mkdtemp(join(tmpdir(), 'rig-rail-'));
  const events: string[] = [];
  const files = createMeterFiles(folder, { volts: 'in1_input', amps: 'curr1_input' });
  let shownMillivolts = 0;
  const meter = {
    folder,
    show(millivolts: number, milliamps: number) {
      files.show(millivolts, milliamps);
      if (millivolts === 0 && shownMillivolts > 0) events.push('fallen');
      shownMillivolts = millivolts;
    },
  };
  const noteNothing = () => undefined;
  const supply = createSupply({
    nominalMillivolts: 3300,
    broken,
    meter,
    onUp: noteNothing,
    onDown: noteNothing,
    onShort: noteNothing,
  });
  const isActive = (name: SlotLineName) => server.bank.isActive(slotLines[name]);
  for (const name of allNames) {
    const { chip, line } = slotLines[name];
    server.bank.watch(chip, line, () => events.push(`${name} ${isActive(name) ? 'on' : 'off'}`));
  }
  server.bank.onWrite(slotLines.power, () => supply.switch(isActive('power')));
  const backend = await openBackend(server.spec);
  const thousandths = async (file: string) => Number(await readFile(join(folder, file), 'utf8')) / 1000;
  const readMeter = async () => ({
    railVolts: await thousandths('in1_input'),
    railAmps: await thousandths('curr1_input'),
  });
  const readRailVolts = async () => (await readMeter()).railVolts;
  const measured: string[] = [];
  const opened: Promise<SlotPower>[] = [];
  return {
    server,
    backend,
    events,
    readRailVolts,
    isActive,
    measured,
    open({ meter: hasMeter = true, readRail = readMeter, has = allNames, limits, ...options } = {}) {
      const onMeasured: OnMeasured = ({ name, value, result }) => measured.push(`${name} ${value} ${result}`);
      const opening = openSlotPower({
        backend,
        lines: Object.fromEntries(has.map((name) => [name, slotLines[name]])),
        supply: { onVolts: 3.1, offVolts: 0.2, riseMs: 5000, fallMs: 5000 },
        settleMs: 20,
        turn: async () => events.push('turn'),
        ...(hasMeter && {
          meter: { sampler: createSupplySampler(readRail), onMeasured, ...(limits && { limits }) },
        }),
        ...options,
      });
      opened.push(opening);
      return opening;
    },
    async close() {
      // What a test has broken cannot be made safe; the meter is read no more in any case.
      for (const power of opened) await (await power.catch(() => undefined))?.close().catch(() => undefined);
      supply.close();
      await backend.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
