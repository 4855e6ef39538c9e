// Virtual boards of any kind in a bench of their own, each with its power, strap and reset on the bench's lines as a station has them: what
// drivers are tested on. A bench costs a process; another board on it costs next to nothing.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBenchProcess } from '../../batch/station/bench-process.js';
import { RigError } from '../../core/errors.js';
import { connectRpc, type RpcClient } from '../../core/rpc.js';
import { openBenchLines } from '../../gpio/bench-lines.js';
import { openSlotPower, type SlotPower } from '../../gpio/power.js';
import type { BenchPlan, BenchPorts, BenchSlot } from '../../rigs/bench.js';

export type BoardStandOptions = Pick<BenchSlot, 'chip'> &
  Partial<
    Pick<BenchSlot, 'faults' | 'flashSizeBytes' | 'mac' | 'consoleBaudRate' | 'network' | 'hasBootDrive'>
  > & {
    /** Lines that the slot has; all of them unless told. */
    lines?: readonly LineName[];
  };

type LineName = 'power' | 'boot' | 'reset';

export interface BoardStand {
  ports: BenchPorts;
  /** Off at first. */
  power: SlotPower;
  flash: {
    read(offset: number, sizeBytes: number): Promise<Buffer>;
    /** Puts bytes into flash, as if they had been there before. */
    preset(offset: number, bytes: Uint8Array): Promise<void>;
  };
  /** How often `enterLoader` was called. */
  entered(): number;
  /** What a driver gets to bring the board into its loader. */
  enterLoader(signal: AbortSignal): Promise<void>;
  /** Takes board and adapter away for good. */
  unplug(): Promise<void>;
  /** What the bench wrote about the board. */
  log(): Promise<string>;
  close(): Promise<void>;
}

/** A station's worth of them. */
export interface BoardStands<Name extends string> {
  boards: Record<Name, BoardStand>;
  /** Ends them all. */
  close(): Promise<void>;
}

/** Starts one board; closing it ends its bench. */
export async function startBoardStand(options: BoardStandOptions): Promise<BoardStand> {
  const { boards, close } = await startBoardStands({ slot1: options });
  return { ...boards.slot1, close };
}

/** Starts one bench with a board for each name. */
export async function startBoardStands<Name extends string>(
  wanted: Record<Name, BoardStandOptions>,
): Promise<BoardStands<Name>> {
  const names = Object.keys(wanted) as Name[];
  const folder = await mkdtemp(join(tmpdir(), 'rig-stand-'));
  const files = join(folder, 'files');
  const socketPath = join(folder, 'bench.sock');
  const slots = names.map((name, index) => benchSlot(name, linesAt(index, wanted[name].lines), wanted[name]));
  const plan: BenchPlan = { station: 'stand', socketPath, folder: files, slots, lines: 'own', byHand: false };
  await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));
  const bench = await startBenchProcess('stand', join(folder, 'plan.json'), join(folder, 'bench.err'));
  const control = await connectRpc(socketPath, {
    onLost: () => new RigError('LINE_LOST', 'the bench is gone'),
  });
  const backend = await openBenchLines(socketPath);
  const open = async (name: Name, index: number): Promise<[Name, BoardStand]> => {
    const ports = bench.state.slots[name];
    if (ports === undefined) throw new Error(`the bench has no ${name}`);
    const power = await openSlotPower({
      backend,
      lines: linesAt(index, wanted[name].lines),
      supply: { onVolts: 4.75, offVolts: 0.5, riseMs: 80, fallMs: 100 },
      settleMs: 40,
      turn: () => Promise.resolve(),
    });
    const readLog = () => readFile(join(files, 'bench.log'), 'utf8');
    return [name, boardStand(name, { ports, power, control, readLog })];
  };
  const boards = Object.fromEntries(await Promise.all(names.map(open))) as Record<Name, BoardStand>;
  return {
    boards,
    async close() {
      try {
        await Promise.all(names.map((name) => boards[name].close()));
        await backend.close();
        control.close();
      } finally {
        await bench.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

const allLines = ['power', 'boot', 'reset'] as const;

function linesAt(index: number, names: readonly LineName[] = allLines) {
  const lineOf = {
    power: { chip: 'stand', line: 3 * index, activeLow: true },
    boot: { chip: 'stand', line: 3 * index + 1 },
    reset: { chip: 'stand', line: 3 * index + 2 },
  };
  return Object.fromEntries(names.map((name) => [name, lineOf[name]]));
}

function benchSlot(slot: string, lines: ReturnType<typeof linesAt>, options: BoardStandOptions): BenchSlot {
  const { chip, faults = [], network, hasBootDrive } = options;
  const { flashSizeBytes = 4 * 1024 * 1024, mac = '24:6f:28:aa:bb:cc', consoleBaudRate = 115_200 } = options;
  return {
    ...{ slot, chip, faults, flashSizeBytes, mac, consoleBaudRate, lamps: [] },
    ...(network && { network }),
    ...(hasBootDrive && { hasBootDrive }),
    ...lines,
  };
}

interface StandParts {
  ports: BenchPorts;
  power: SlotPower;
  control: RpcClient;
  readLog(): Promise<string>;
}

function boardStand(slot: string, { ports, power, control, readLog }: StandParts): BoardStand {
  let entered = 0;
  return {
    ports,
    power,
    flash: {
      async read(offset, sizeBytes) {
        return Buffer.from(
          await control.request<string>('flash.read', { slot, offset, sizeBytes }),
          'base64',
        );
      },
      async preset(offset, bytes) {
        await control.request('flash.write', { slot, offset, base64: Buffer.from(bytes).toString('base64') });
      },
    },
    entered: () => entered,
    async enterLoader(signal) {
      entered += 1;
      await power.enterLoader({ signal });
    },
    unplug: async () => void (await control.request('slot.unplug', { slot })),
    async log() {
      const lines = (await readLog()).split('\n');
      return lines.filter((line) => line.includes(` ${slot}: `)).join('\n');
    },
    async close() {
      await power.close().catch(() => undefined);
    },
  };
}
