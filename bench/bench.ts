import type { BenchPlan, BenchState } from '../rigs/bench.js';
import { openBenchLog } from './bench-log.js';
import { createConnections } from './connections.js';
import { serveControl } from './control.js';
import { openKernelLineBank } from './kernel-lines.js';
import { createLineBank, linesOf, type LineBank, type LineReport } from './lines.js';
import { startInstruments } from './instruments.js';
import { startRelays, type Outlet } from './relays.js';
import { startSlot, type RunningSlot } from './slot.js';

/** A running bench: one board a slot, their ports, lines and meters. */
export interface Bench {
  readonly state: BenchState;
  lines(): LineReport[];
  /** True while an output switches power on, or somebody still has a hand on the lines: the guard reads back what it did. */
  inUse(): boolean;
  /** Ends the boards and removes the socket; says how the lines were. May be called twice. */
  close(): Promise<void>;
}

/** Builds everything that a plan names; `onStop` is called when a client asks the bench to end. */
export async function startBench(plan: BenchPlan, onStop: () => void): Promise<Bench> {
  const log = openBenchLog(plan.folder);
  log.write(`bench of ${plan.station}, pid ${process.pid}${plan.byHand ? ', started by hand' : ''}`);
  if (plan.shuffle !== undefined) log.write(`ports shuffled, seed ${plan.shuffle}`);
  const makeLines = plan.lines === 'kernel' ? openKernelLineBank : createLineBank;
  const lines = makeLines(linesOf(plan), (text) => log.write(text));
  const meters = plan.slots.flatMap(({ meter }) => meter ?? []);
  const instruments = await startInstruments(meters, plan.station);
  let made = plan.slots.length;
  const connections = createConnections(plan.slots.map(({ slot }) => slot));
  const around = { plan, lines, log, instruments, connections, nextUnit: () => (made += 1) };
  const slots = await Promise.all(plan.slots.map((_, index) => startSlot(index, around)));
  const relays = await startRelays(outletsOf(plan, lines), (text) => log.write(text));
  const state: BenchState = {
    station: plan.station,
    pid: process.pid,
    socketPath: plan.socketPath,
    slots: Object.fromEntries(slots.map(({ slot, ports }) => [slot, ports])),
    serialPorts: byPath(slots, ({ at, ports }) => [at.serial, ports.serialPath]),
    bootDrives: byPath(slots, ({ at, ports }) => [at.bootDrive, ports.drive]),
    relays: relays.origins,
    ...(plan.shuffle !== undefined && { shuffle: plan.shuffle }),
  };
  const control = await serveControl({
    socketPath: plan.socketPath,
    lines,
    state: () => state,
    slots: () => slots,
    connections: () => connections.report(),
    onStop,
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const report of lines.report()) log.write(`at the end: ${lineText(report)}`);
    await control.close();
    await relays.close();
    await Promise.all(slots.map((slot) => slot.close()));
    await instruments.close();
    lines.close();
    log.write('bench ends');
    log.close();
  };
  return {
    state,
    lines: () => lines.report(),
    inUse: () =>
      control.peers > 0 || plan.slots.some(({ power }) => power !== undefined && lines.isActive(power)),
    close: () => (closing ??= close()),
  };
}

/** What the relays of a plan switch. */
function outletsOf(plan: BenchPlan, lines: LineBank): Outlet[] {
  return plan.slots.flatMap(({ relay, power }) => {
    if (relay === undefined || power === undefined) return [];
    const { chip, line } = power;
    const outlet: Outlet = {
      relay,
      isOn: () => lines.isActive(power),
      switch: (on) => lines.output(chip, line, on ? 1 : 0),
    };
    return [outlet];
  });
}

function byPath(
  slots: readonly RunningSlot[],
  pair: (slot: RunningSlot) => [path: string | undefined, port: string | undefined],
): Record<string, string> {
  const pairs = slots.map(pair).filter((each): each is [string, string] => !each.includes(undefined));
  return Object.fromEntries(pairs);
}

function lineText({ chip, line, use, direction, level, active }: LineReport): string {
  return `${chip}/${line} (${use}) ${direction} ${level}, ${active ? 'active' : 'inactive'}`;
}
