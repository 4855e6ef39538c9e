import { withDeadline } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { connectRpc } from '../core/rpc.js';
import { filterEdges } from './edges.js';
import {
  isActive,
  levelFor,
  lineName,
  type InputLine,
  type Level,
  type LineAddress,
  type LineBackend,
  type OutputLine,
} from './line.js';
import { trackOpenLines, type OpenLines } from './open-lines.js';

/** The bench answers at once or not at all; this long without an answer means that it hangs. */
const answerMs = 2000;

/**
 * Lines of the virtual bench, over its unix socket. The bench knows electrical levels only; what is active is decided here.
 * Throws LINE_LOST when nobody serves the socket, and on every call after the connection ended.
 */
export async function openBenchLines(socketPath: string): Promise<LineBackend> {
  const { wire, disconnect } = await connectBench(socketPath);
  const lines = trackOpenLines('bench');
  return {
    name: 'bench',
    async openOutput(address, { initial }) {
      lines.assertOpen();
      await wire.ask('line.open', address);
      if (initial !== 'as-is') await drive(wire, address, initial);
      return benchOutput(wire, lines, address);
    },
    async openInput(address, { debounceMs = 0 } = {}) {
      lines.assertOpen();
      await wire.ask('line.open', address);
      return benchInput(wire, lines, address, debounceMs);
    },
    async close() {
      await lines.closeAll();
      disconnect();
    },
  };
}

interface LineState {
  level: Level;
  direction: 'in' | 'out';
}

interface BenchWire {
  ask<T>(op: string, address: LineAddress, more?: { level: Level }): Promise<T>;
  /** Subscribes to a line's edges; the returned function ends it. */
  subscribe(address: LineAddress, listener: (level: Level) => void): Promise<() => void>;
}

function benchOutput(wire: BenchWire, lines: OpenLines, address: LineAddress): OutputLine {
  const { assertOpen, close } = lines.add(address, () => undefined);
  return {
    address,
    async write(active) {
      assertOpen();
      await drive(wire, address, active);
    },
    async read() {
      assertOpen();
      return isActive(address, (await wire.ask<LineState>('line.read', address)).level);
    },
    close,
  };
}

async function drive(wire: BenchWire, address: LineAddress, active: boolean): Promise<void> {
  const wanted = levelFor(address, active);
  // Not `line.write`: that is refused while the line is an input, which one that was taken as it is may be.
  await wire.ask('line.output', address, { level: wanted });
  const { level, direction } = await wire.ask<LineState>('line.read', address);
  if (level === wanted && direction === 'out') return;
  const seen = direction === 'out' ? `reads back ${level}` : 'has become an input';
  throw new RigError('LINE_READBACK', `${lineName(address)} was driven to level ${wanted} and ${seen}`);
}

function benchInput(wire: BenchWire, lines: OpenLines, address: LineAddress, debounceMs: number): InputLine {
  const stops: (() => void)[] = [];
  const { assertOpen, close } = lines.add(address, () => stops.forEach((stop) => stop()));
  const read = async () => {
    assertOpen();
    return isActive(address, (await wire.ask<LineState>('line.read', address)).level);
  };
  return {
    address,
    read,
    async watch(listener) {
      const filter = filterEdges(await read(), debounceMs, listener);
      let sawEdge = false;
      stops.push(() => filter.stop());
      stops.push(
        await wire.subscribe(address, (level) => {
          sawEdge = true;
          filter.offer(isActive(address, level));
        }),
      );
      // A change between the first look and the subscription was seen by nobody.
      const now = await read();
      if (!sawEdge) filter.offer(now);
    },
    close,
  };
}

async function connectBench(socketPath: string): Promise<{ wire: BenchWire; disconnect: () => void }> {
  const listeners = new Map<string, Set<(level: Level) => void>>();
  const key = ({ chip, line }: LineAddress) => lineName({ chip, line });
  const client = await connectRpc(socketPath, {
    onLost: () =>
      new RigError(
        'LINE_LOST',
        `no virtual bench at ${socketPath}: its lines can neither be read nor driven`,
      ),
    onNotify(op, args) {
      if (op !== 'edge') return;
      const edge = args as LineAddress & { level: Level };
      for (const listener of [...(listeners.get(key(edge)) ?? [])]) listener(edge.level);
    },
  });
  const ask = <T>(op: string, { chip, line }: LineAddress, more?: { level: Level }) =>
    withDeadline(() => client.request<T>(op, { chip, line, ...more }), {
      timeoutMs: answerMs,
      onTimeout: () =>
        new RigError(
          'LINE_LOST',
          `the virtual bench at ${socketPath} did not answer ${op} of ${chip}/${line} within ${answerMs} ms`,
        ),
    });
  const subscribe = async (address: LineAddress, listener: (level: Level) => void) => {
    const ofLine = listeners.get(key(address)) ?? new Set();
    listeners.set(key(address), ofLine.add(listener));
    await ask('line.watch', address);
    return () => void ofLine.delete(listener);
  };
  return { wire: { ask, subscribe }, disconnect: () => client.close() };
}
