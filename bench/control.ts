import { RigError } from '../core/errors.js';
import { serveRpc, type RpcPeer, type RpcServer } from '../core/rpc.js';
import type { BenchBoard } from '../rigs/bench-swaps.js';
import type { BenchState } from '../rigs/bench.js';
import type { ConnectionCounts } from './connections.js';
import type { Nest } from './nest.js';
import type { Level, LineBank, LineReport, LineState } from './lines.js';

/** What a client may ask on the bench's socket. Levels are electrical: 0 or 1. */
export interface BenchOps {
  state: { args: unknown; answer: BenchState };
  /** Throws LINE_NOT_FOUND for a line outside the plan, as every line operation does. */
  'line.open': { args: LinePlace; answer: LineState };
  /** Makes the line an output that has this level from its first moment. */
  'line.output': { args: LinePlace & { level: Level }; answer: null };
  /** Throws LINE_READBACK when the line is not an output. */
  'line.write': { args: LinePlace & { level: Level }; answer: null };
  'line.read': { args: LinePlace; answer: LineState };
  /** Something outside of the host drives the line: a switch, a button. Throws LINE_BUSY while the host drives it as an output. */
  'line.drive': { args: LinePlace & { level: Level }; answer: null };
  /** From now on the client gets the notification `edge {chip, line, level}` at every change, until it disconnects. */
  'line.watch': { args: LinePlace; answer: LineState };
  lines: { args: unknown; answer: LineReport[] };
  /** What the flash of a board holds, in base64: for tests and for looking into a board, since no loader is asked. */
  'flash.read': { args: FlashPlace & { sizeBytes: number }; answer: string };
  /** Puts bytes into the flash of a board as if they had been there before. */
  'flash.write': { args: FlashPlace & { base64: string }; answer: null };
  /** Every board of every slot, those that were taken out too; slot by slot, in the order in which they came. */
  boards: { args: unknown; answer: BenchBoard[] };
  /**
   * Takes the board out of a slot and puts the next one in, or only the one or the other; the answer is the last board that was moved. Throws CONFIG_INVALID
   * where nobody could do that.
   */
  'slot.swap': { args: { slot: string; only?: 'in' | 'out' }; answer: BenchBoard };
  /** TCP connections of the devices on the network: web server, console, SSH, and those in which a device fetches its update. */
  connections: { args: unknown; answer: ConnectionCounts };
  /** Takes the board and its adapter away: ports, drive and address are gone for good. */
  'slot.unplug': { args: { slot: string }; answer: null };
  /** Ends the bench; the answer comes first. */
  stop: { args: unknown; answer: null };
}

export interface LinePlace {
  chip: string;
  line: number;
}

export interface FlashPlace {
  slot: string;
  /** From the start of the flash. */
  offset: number;
}

/** What can be reached in a slot besides its lines. */
export interface SlotInside {
  slot: string;
  nest: Nest;
  /** What keeps boards from being swapped here. */
  fixed?: string;
  unplug(): Promise<void>;
}

export interface ControlOptions {
  socketPath: string;
  lines: LineBank;
  state: () => BenchState;
  slots: () => readonly SlotInside[];
  connections: () => ConnectionCounts;
  onStop: () => void;
}

/** Serves the bench's socket. A client that goes away leaves its lines as they are. */
export function serveControl({
  socketPath,
  lines,
  state,
  slots,
  connections,
  onStop,
}: ControlOptions): Promise<RpcServer> {
  const ops: Record<keyof BenchOps, (args: unknown, peer: RpcPeer) => unknown> = {
    state,
    'line.open': (args) => readLine(lines, args),
    'line.output'(args) {
      const { chip, line } = placeIn(args);
      lines.output(chip, line, levelIn(args));
    },
    'line.write'(args) {
      const { chip, line } = placeIn(args);
      lines.write(chip, line, levelIn(args));
    },
    'line.read': (args) => readLine(lines, args),
    'line.drive'(args) {
      const { chip, line } = placeIn(args);
      lines.drive(chip, line, levelIn(args));
    },
    'line.watch'(args, peer) {
      const { chip, line } = placeIn(args);
      const stop = lines.watch(chip, line, (level) => peer.notify('edge', { chip, line, level }));
      peer.closed.addEventListener('abort', stop, { once: true });
      return lines.read(chip, line);
    },
    lines: () => lines.report(),
    'flash.read'(args) {
      const { nest, offset } = flashIn(slots, args);
      const { sizeBytes } = args as { sizeBytes?: unknown };
      if (typeof sizeBytes !== 'number') throw badRequest('flash.read needs sizeBytes');
      return nest.flash().read(offset, sizeBytes).toString('base64');
    },
    'flash.write'(args) {
      const { nest, offset } = flashIn(slots, args);
      const { base64 } = args as { base64?: unknown };
      if (typeof base64 !== 'string') throw badRequest('flash.write needs base64');
      const bytes = Buffer.from(base64, 'base64');
      if (!nest.preset(offset, bytes)) throw badRequest('outside the flash');
    },
    connections,
    boards: () => slots().flatMap(({ nest }) => nest.boards()),
    'slot.swap': (args) => swap(insideOf(slots, args), (args as { only?: unknown }).only),
    'slot.unplug': (args) => insideOf(slots, args).unplug(),
    stop: () => void setImmediate(onStop),
  };
  return serveRpc(socketPath, (op, args, peer) => {
    if (!(op in ops)) throw badRequest(`unknown operation '${op}'; known: ${Object.keys(ops).join(', ')}`);
    return ops[op as keyof BenchOps](args, peer);
  });
}

function swap({ slot, nest, fixed }: SlotInside, only: unknown): BenchBoard {
  if (only !== undefined && only !== 'in' && only !== 'out') throw badRequest('only can be in and out');
  if (fixed !== undefined) throw new RigError('CONFIG_INVALID', `${slot} cannot be swapped: ${fixed}`);
  if (only === 'in') return nest.putIn();
  const taken = nest.takeOut();
  return only === 'out' ? taken : nest.putIn();
}

function flashIn(slots: ControlOptions['slots'], args: unknown): { nest: Nest; offset: number } {
  const { offset } = (args ?? {}) as { offset?: unknown };
  if (typeof offset !== 'number') throw badRequest('a place in flash is {slot: text, offset: number}');
  return { nest: insideOf(slots, args).nest, offset };
}

function insideOf(slots: ControlOptions['slots'], args: unknown): SlotInside {
  const id = ((args ?? {}) as { slot?: unknown }).slot;
  const inside = slots().find(({ slot }) => slot === id);
  if (inside === undefined) throw badRequest(`there is no slot ${JSON.stringify(id)}`);
  return inside;
}

function readLine(lines: LineBank, args: unknown): LineState {
  const { chip, line } = placeIn(args);
  return lines.read(chip, line);
}

function placeIn(args: unknown): LinePlace {
  const { chip, line } = (args ?? {}) as Partial<LinePlace>;
  if (typeof chip !== 'string' || typeof line !== 'number') {
    throw badRequest(`a line is {chip: text, line: number}, not ${JSON.stringify(args)}`);
  }
  return { chip, line };
}

function levelIn(args: unknown): Level {
  const { level } = args as { level?: unknown };
  if (level !== 0 && level !== 1) throw badRequest(`a level is 0 or 1, not ${JSON.stringify(level)}`);
  return level;
}

function badRequest(what: string): RigError {
  return new RigError('INTERNAL_ERROR', `bench socket: ${what}`);
}
