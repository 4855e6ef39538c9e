import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BenchPlan, BenchPorts, BenchSlot } from '../rigs/bench.js';
import { boardMac } from '../rigs/bench-swaps.js';
import { dealFaults } from '../rigs/fault-deal.js';
import type { BenchLog } from './bench-log.js';
import { createBoardInputs } from './board-inputs.js';
import type { Connections } from './connections.js';
import type { SlotInside } from './control.js';
import { familyOf } from './families.js';
import type { Instruments } from './instruments.js';
import type { LineBank } from './lines.js';
import { createSlotMeter } from './meters.js';
import { createNest, type BoardMake } from './nest.js';
import { takeNetworkPlace } from './network-place.js';
import { createSlotOperator } from './operator.js';
import { createWire } from './wire.js';

/** A slot of a running bench: ports, meter, nest, and what is in it. */
export interface RunningSlot extends SlotInside {
  at: NonNullable<BenchSlot['at']>;
  ports: BenchPorts;
  close(): Promise<void>;
}

/** What the slots of a bench share. */
export interface SlotSurroundings {
  plan: BenchPlan;
  lines: LineBank;
  log: BenchLog;
  instruments: Instruments;
  connections: Pick<Connections, 'count'>;
  /** Number of the next board that the bench makes beside the first ones of its slots. */
  nextUnit: () => number;
}

const noSwaps = 'it is a device on the network, which keeps its address and is in no nest';

/** Starts the slot at that place in the plan, with its first board. */
export async function startSlot(index: number, around: SlotSurroundings): Promise<RunningSlot> {
  const { plan, lines, log, instruments, connections } = around;
  const slot = plan.slots[index];
  if (slot === undefined) throw new RangeError(`the plan has no slot ${index}`);
  const say = (text: string): void => log.write(`${slot.slot}: ${text}`);
  const meter =
    slot.meter && createSlotMeter(slot.meter, join(plan.folder, 'meters', slot.slot), instruments);
  const wire = await createWire({ baudRate: slot.consoleBaudRate });
  const family = (chip: string) => familyOf(slot, chip, (socket) => connections.count(slot.slot, socket));
  const place = slot.network && (await takeNetworkPlace(index));
  const drive = slot.hasBootDrive ? join(plan.folder, 'drives', slot.slot) : undefined;
  // Where drives appear is there always, as a host's /media is.
  if (drive) await mkdir(dirname(drive), { recursive: true });
  // A bench that was killed leaves its drives behind.
  if (drive) await rm(drive, { recursive: true, force: true });
  // On a kernel's lines nobody sees that they are used until one changes, so that a hand would let go too late.
  const byHand = plan.byHand && plan.lines === 'own';
  const { knock } = family(slot.chip);
  const inputs = createBoardInputs({ slot, lines, wire, byHand, knock, log: say });
  const ports = { ...(drive && { drive }), ...(place && { network: place.address }) };
  const make = (count: number) => makeBoard(index, count, around);
  const nest = createNest({ slot, make, wire, inputs, family, ports, log: say, ...(meter && { meter }) });
  const swaps = slot.network ? undefined : plan.swaps;
  const operator = swaps && createSlotOperator({ slot, swaps, nest, lines, log: say });
  const unplug = async () => {
    operator?.close();
    inputs.close();
    nest.close();
    await wire.close();
    if (drive) await rm(drive, { recursive: true, force: true });
  };
  return {
    slot: slot.slot,
    at: slot.at ?? {},
    ports: { serialPath: wire.serialPath, rfc2217: wire.rfc2217, ...meter?.ports, ...ports },
    nest,
    ...(slot.network && { fixed: noSwaps }),
    unplug,
    async close() {
      await unplug();
      await place?.release();
    },
  };
}

/** The first board stands in the plan; the others get their own address, and the dice are thrown again. */
function makeBoard(index: number, count: number, { plan, nextUnit }: SlotSurroundings): BoardMake {
  const { slot = '', mac = '', faults = [] } = plan.slots[index] ?? {};
  if (count === 1) return { mac, faults, unit: index + 1 };
  const next = boardMac(plan.station, index, count);
  const unit = nextUnit();
  return {
    mac: next,
    faults: dealFaults(plan.deal ?? { seed: 1, faults: [] }, { id: slot }, { count, unit }),
    unit,
  };
}
