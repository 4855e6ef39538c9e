// One virtual board of any kind in a bench of its own, with its power, strap and reset on the bench's lines as a station has them: what drivers are
// tested on.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBenchProcess } from '../../batch/bench-process.js';
import { RigError } from '../../core/errors.js';
import { connectRpc } from '../../core/rpc.js';
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

const lineOf = {
  power: { chip: 'stand', line: 0, activeLow: true },
  boot: { chip: 'stand', line: 1 },
  reset: { chip: 'stand', line: 2 },
} as const;

export async function startBoardStand(options: BoardStandOptions): Promise<BoardStand> {
  const { lines: names = ['power', 'boot', 'reset'], ...board } = options;
  const folder = await mkdtemp(join(tmpdir(), 'rig-stand-'));
  const files = join(folder, 'files');
  const lines = Object.fromEntries(names.map((name) => [name, lineOf[name]]));
  const slot: BenchSlot = {
    slot: 'slot1',
    flashSizeBytes: 4 * 1024 * 1024,
    mac: '24:6f:28:aa:bb:cc',
    consoleBaudRate: 115_200,
    lamps: [],
    faults: [],
    ...lines,
    ...board,
  };
  const socketPath = join(folder, 'bench.sock');
  const plan: BenchPlan = { station: 'stand', socketPath, folder: files, slots: [slot], byHand: false };
  await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));
  const bench = await startBenchProcess('stand', join(folder, 'plan.json'), join(folder, 'bench.err'));
  const control = await connectRpc(socketPath, {
    onLost: () => new RigError('LINE_LOST', 'the bench is gone'),
  });
  const backend = await openBenchLines(socketPath);
  const power = await openSlotPower({
    backend,
    lines,
    supply: { onVolts: 4.75, offVolts: 0.5, riseMs: 80, fallMs: 100 },
    settleMs: 40,
    turn: () => Promise.resolve(),
  });
  const ports = bench.state.slots['slot1'];
  if (ports === undefined) throw new Error('the bench has no slot1');
  let entered = 0;
  return {
    ports,
    power,
    flash: {
      read: async (offset, sizeBytes) =>
        Buffer.from(
          await control.request<string>('flash.read', { slot: 'slot1', offset, sizeBytes }),
          'base64',
        ),
      preset: async (offset, bytes) => {
        const base64 = Buffer.from(bytes).toString('base64');
        await control.request('flash.write', { slot: 'slot1', offset, base64 });
      },
    },
    entered: () => entered,
    async enterLoader(signal) {
      entered += 1;
      await power.enterLoader({ signal });
    },
    unplug: async () => void (await control.request('slot.unplug', { slot: 'slot1' })),
    log: () => readFile(join(files, 'bench.log'), 'utf8'),
    async close() {
      try {
        await power.close().catch(() => undefined);
        await backend.close();
        control.close();
      } finally {
        await bench.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
