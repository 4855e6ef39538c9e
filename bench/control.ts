import { RigError } from '../core/errors.js';
import { serveRpc, type RpcPeer, type RpcServer } from '../core/rpc.js';
import type { BenchState } from '../rigs/bench.js';
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
  /** From now on the client gets the notification `edge {chip, line, level}` at every change, until it disconnects. */
  'line.watch': { args: LinePlace; answer: LineState };
  lines: { args: unknown; answer: LineReport[] };
  /** Ends the bench; the answer comes first. */
  stop: { args: unknown; answer: null };
}

export interface LinePlace {
  chip: string;
  line: number;
}

export interface ControlOptions {
  socketPath: string;
  lines: LineBank;
  state: () => BenchState;
  onStop: () => void;
}

/** Serves the bench's socket. A client that goes away leaves its lines as they are. */
export function serveControl({ socketPath, lines, state, onStop }: ControlOptions): Promise<RpcServer> {
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
    'line.watch'(args, peer) {
      const { chip, line } = placeIn(args);
      const stop = lines.watch(chip, line, (level) => peer.notify('edge', { chip, line, level }));
      peer.closed.addEventListener('abort', stop, { once: true });
      return lines.read(chip, line);
    },
    lines: () => lines.report(),
    stop: () => void setImmediate(onStop),
  };
  return serveRpc(socketPath, (op, args, peer) => {
    if (!(op in ops)) throw badRequest(`unknown operation '${op}'; known: ${Object.keys(ops).join(', ')}`);
    return ops[op as keyof BenchOps](args, peer);
  });
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
