import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BenchPlan, BenchPorts, BenchSlot, BenchState } from '../rigs/bench.js';
import { openBenchLog, type BenchLog } from './bench-log.js';
import { createBoard, type Board } from './board.js';
import { faultOf } from './board-faults.js';
import { createBoardInputs, type BoardInputs } from './board-inputs.js';
import { serveControl, type SlotInside } from './control.js';
import { createFlashArray } from './flash-array.js';
import { familyOf } from './families.js';
import { openKernelLineBank } from './kernel-lines.js';
import { createLineBank, linesOf, type LineBank, type LineReport } from './lines.js';
import { startInstruments, type Instruments } from './instruments.js';
import { createSlotMeter } from './meters.js';
import { takeNetworkPlace } from './network-place.js';
import { startRelays, type Outlet } from './relays.js';
import { createWire } from './wire.js';

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
  const stations = await Promise.all(
    plan.slots.map((slot) => startSlot(slot, { plan, lines, log, instruments })),
  );
  const relays = await startRelays(outletsOf(plan, lines), (text) => log.write(text));
  const state: BenchState = {
    station: plan.station,
    pid: process.pid,
    socketPath: plan.socketPath,
    slots: Object.fromEntries(stations.map(({ slot, ports }) => [slot, ports])),
    serialPorts: byPath(stations, ({ at, ports }) => [at.serial, ports.serialPath]),
    bootDrives: byPath(stations, ({ at, ports }) => [at.bootDrive, ports.drive]),
    relays: relays.origins,
    ...(plan.shuffle !== undefined && { shuffle: plan.shuffle }),
  };
  const control = await serveControl({
    socketPath: plan.socketPath,
    lines,
    state: () => state,
    slot: (id) => stations.find(({ slot }) => slot === id),
    onStop,
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const report of lines.report()) log.write(`at the end: ${lineText(report)}`);
    await control.close();
    await relays.close();
    await Promise.all(stations.map((slot) => slot.close()));
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

interface RunningSlot extends SlotInside {
  slot: string;
  at: NonNullable<BenchSlot['at']>;
  ports: BenchPorts;
  close(): Promise<void>;
}

interface SlotSurroundings {
  plan: BenchPlan;
  lines: LineBank;
  log: BenchLog;
  instruments: Instruments;
}

async function startSlot(
  slot: BenchSlot,
  { plan, lines, log, instruments }: SlotSurroundings,
): Promise<RunningSlot> {
  const { faults, flashSizeBytes } = slot;
  const say = (text: string): void => log.write(`${slot.slot}: ${text}`);
  if (faults.length > 0) say(`faults ${JSON.stringify(faults)}`);
  const meter =
    slot.meter && createSlotMeter(slot.meter, join(plan.folder, 'meters', slot.slot), instruments);
  const wire = await createWire({ baudRate: slot.consoleBaudRate, faults, seed: seedOf(slot.mac) });
  const family = (chip: string) => familyOf(slot, chip);
  const { knock, internalSectorBytes } = family(slot.chip);
  const flash = createFlashArray({
    sizeBytes: flashSizeBytes,
    faults,
    ...(internalSectorBytes !== undefined && { internalSectorBytes }),
  });
  // Its maker knew which chip is fitted.
  family(faultOf(faults, 'wrong-chip')?.chip ?? slot.chip).preset?.(flash);
  const place = slot.network && (await takeNetworkPlace());
  const drive = slot.hasBootDrive ? join(plan.folder, 'drives', slot.slot) : undefined;
  // Where drives appear is there always, as a host's /media is.
  if (drive) await mkdir(dirname(drive), { recursive: true });
  // A bench that was killed leaves its drives behind.
  if (drive) await rm(drive, { recursive: true, force: true });
  // On a kernel's lines nobody sees that they are used until one changes, so that a hand would let go too late.
  const byHand = plan.byHand && plan.lines === 'own';
  const inputs: BoardInputs = createBoardInputs({ slot, lines, wire, byHand, knock, log: say });
  const board: Board = createBoard({
    slot,
    wire,
    flash,
    family,
    ports: { ...(drive && { drive }), ...(place && { network: place.address }) },
    ...(meter && { meter }),
    strap: inputs.strap,
    onHostBytes: inputs.hear,
    log: say,
  });
  inputs.drive(board);
  const { serialPath, rfc2217 } = wire;
  const unplug = async () => {
    inputs.close();
    board.close();
    await wire.close();
    if (drive) await rm(drive, { recursive: true, force: true });
  };
  return {
    slot: slot.slot,
    at: slot.at ?? {},
    ports: {
      serialPath,
      rfc2217,
      ...meter?.ports,
      ...(drive && { drive }),
      ...(place && { network: place.address }),
    },
    flash,
    unplug,
    async close() {
      await unplug();
      await place?.release();
    },
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

/** The last four bytes of the MAC. */
function seedOf(mac: string): number {
  return Number.parseInt(mac.replaceAll(':', '').slice(-8), 16);
}

function lineText({ chip, line, use, direction, level, active }: LineReport): string {
  return `${chip}/${line} (${use}) ${direction} ${level}, ${active ? 'active' : 'inactive'}`;
}
