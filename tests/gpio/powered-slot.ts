import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMeterFiles } from '../../bench/meters.js';
import { createSupply } from '../../bench/supply.js';
import { openBackend } from '../../gpio/backend.js';
import type { LineAddress, LineBackend } from '../../gpio/line.js';
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
    options?: Partial<SlotPowerOptions> & { meter?: boolean; has?: readonly SlotLineName[] },
  ): Promise<SlotPower>;
  close(): Promise<void>;
}

/** `broken` keeps the rail at 0. */
export async function startPoweredSlot({ broken = false } = {}): Promise<PoweredSlot> {
  const server = await serveBenchLines(Object.values(slotLines));
  const folder = await mkdtemp(join(tmpdir(), 'rig-rail-'));
  const events: string[] = [];
  const files = createMeterFiles(folder, { volts: 'in1_input' });
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
  });
  const isActive = (name: SlotLineName) => server.bank.isActive(slotLines[name]);
  for (const name of allNames) {
    const { chip, line } = slotLines[name];
    server.bank.watch(chip, line, () => events.push(`${name} ${isActive(name) ? 'on' : 'off'}`));
  }
  server.bank.onWrite(slotLines.power, () => supply.switch(isActive('power')));
  const backend = await openBackend(server.spec);
  const readRailVolts = async () => Number(await readFile(join(folder, 'in1_input'), 'utf8')) / 1000;
  return {
    server,
    backend,
    events,
    readRailVolts,
    isActive,
    open({ meter: hasMeter = true, has = allNames, ...options } = {}) {
      return openSlotPower({
        backend,
        lines: Object.fromEntries(has.map((name) => [name, slotLines[name]])),
        supply: { onVolts: 3.1, offVolts: 0.2, riseMs: 5000, fallMs: 5000 },
        settleMs: 20,
        turn: async () => events.push('turn'),
        ...(hasMeter && { readRailVolts }),
        ...options,
      });
    },
    async close() {
      supply.close();
      await backend.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
