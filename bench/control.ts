import { RigError } from '../core/errors.js';
import { serveRpc, type RpcPeer, type RpcServer } from '../core/rpc.js';
import type { BenchState } from '../rigs/bench.js';
import type { FlashArray } from './parts.js';
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
  flash: FlashArray;
  unplug(): Promise<void>;
}

export interface ControlOptions {
  socketPath: string;
  lines: LineBank;
  state: () => BenchState;
  /** Undefined when the plan has no such slot. */
  slot: (id: string) => SlotInside | undefined;
  onStop: () => void;
}

/** Serves the bench's socket. A client that goes away leaves its lines as they are. */
export function serveControl({ socketPath, lines, state, slot, onStop }: ControlOptions): Promise<RpcServer> {
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
      const { flash, offset } = flashIn(slot, args);
      const { sizeBytes } = args as { sizeBytes?: unknown };
      if (typeof sizeBytes !== 'number') throw badRequest('flash.read needs sizeBytes');
      return flash.read(offset, sizeBytes).toString('base64');
    },
    'flash.write'(args) {
      const { flash, offset } = flashIn(slot, args);
      const { base64 } = args as { base64?: unknown };
      if (typeof base64 !== 'string') throw badRequest('flash.write needs base64');
      const bytes = Buffer.from(base64, 'base64');
      if (!flash.erase(offset, bytes.length) || !flash.write(offset, bytes))
        throw badRequest('outside the flash');
    },
    'slot.unplug': (args) => insideOf(slot, args).unplug(),
    stop: () => void setImmediate(onStop),
  };
  return serveRpc(socketPath, (op, args, peer) => {
    if (!(op in ops)) throw badRequest(`unknown operation '${op}'; known: ${Object.keys(ops).join(', ')}`);
    return ops[op as keyof BenchOps](args, peer);
  });
}

function flashIn(slot: ControlOptions['slot'], args: unknown): { flash: FlashArray; offset: number } {
  const { offset } = (args ?? {}) as { offset?: unknown };
  if (typeof offset !== 'number') throw badRequest('a place in flash is {slot: text, offset: number}');
  return { flash: insideOf(slot, args).flash, offset };
}

function insideOf(slot: ControlOptions['slot'], args: unknown): SlotInside {
  const id = ((args ?? {}) as { slot?: unknown }).slot;
  const inside = typeof id === 'string' ? slot(id) : undefined;
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
