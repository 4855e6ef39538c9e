import { RigError } from '../core/errors.js';
import type { BenchPlan, BenchSlot } from '../rigs/bench.js';
import { isActive, reportOf, tabulateLines } from './line-table.js';

/** Chip label, offset and polarity of a line. */
export type LineAddress = NonNullable<BenchSlot['power']>;

/** Electrical: 1 is high. What counts as active is the business of whoever uses the line. */
export type Level = 0 | 1;

export interface LineState {
  level: Level;
  direction: 'in' | 'out';
}

/** A line as `rig bench --lines` shows it. */
export interface LineReport extends LineState {
  chip: string;
  line: number;
  active: boolean;
  /** What hangs on it: `slot1 power`. */
  use: string;
}

export type EdgeListener = (level: Level) => void;

/**
 * The GPIO lines that the plan of a bench names, and no others: the bench's own, or those of a kernel. A line that nobody drives lies at
 * the level that its use says, as with a pull resistor.
 */
export interface LineBank {
  /** Throws LINE_NOT_FOUND for a chip or line outside the plan. */
  read(chip: string, line: number): LineState;
  /** Makes the line an output with this level in one step. Throws LINE_BUSY for a kernel's line, which the bench only watches. */
  output(chip: string, line: number, level: Level): void;
  /** Throws LINE_READBACK when the line is an input: nothing would change; else as `output`. */
  write(chip: string, line: number, level: Level): void;
  /** What is outside of the host drives an input: a switch, a button. Throws LINE_BUSY while the host drives the line as an output. */
  drive(chip: string, line: number, level: Level): void;
  /** Reports every change of level; returns what stops it. */
  watch(chip: string, line: number, listener: EdgeListener): () => void;
  /** Reports every write to the line, also of the level that it has; of a kernel's line every change. */
  onWrite(address: LineAddress, listener: () => void): void;
  /** The logical value. */
  isActive(address: LineAddress): boolean;
  report(): LineReport[];
  /** May be called twice. */
  close(): void;
}

export interface LineUse {
  address: LineAddress;
  use: string;
  /** True for a line that is active while nobody touches it; mostly a line then lies inactive. */
  idlesActive?: boolean;
}

/** The lines of a plan with what hangs on them. The operator's use has the name of its key: `lid`, `emergencyStop`, `start`, `buzzer`. */
export function linesOf({ slots, operator = {} }: Pick<BenchPlan, 'slots' | 'operator'>): LineUse[] {
  const ofSlots = slots.flatMap(({ slot, power, boot, reset, lamps }) => [
    ...(power ? [{ address: power, use: `${slot} power` }] : []),
    ...(boot ? [{ address: boot, use: `${slot} boot` }] : []),
    ...(reset ? [{ address: reset, use: `${slot} reset` }] : []),
    ...lamps.map((address) => ({ address, use: `${slot} lamp` })),
  ]);
  // A lid that nobody opens is closed.
  const ofOperator = Object.entries(operator).map(([use, address]) => {
    return { address, use, idlesActive: use === 'lid' };
  });
  return [...ofSlots, ...ofOperator];
}

interface Line extends LineUse, LineState {
  edges: Set<EdgeListener>;
  writes: Set<() => void>;
}

/**
 * Makes lines of the bench's own; `log` gets one text for every change. As on a kernel with sysfs, a line keeps its direction and level
 * when whoever set it goes away.
 */
export function createLineBank(uses: readonly LineUse[], log: (text: string) => void): LineBank {
  const { all, find } = tabulateLines(uses, makeLine);

  const change = (target: Line, direction: Line['direction'], level: Level): void => {
    const { address, use, direction: from, level: before } = target;
    target.direction = direction;
    target.level = level;
    if (before !== level || direction !== from) {
      const active = isActive(target) ? 'active' : 'inactive';
      log(
        `line ${address.chip}/${address.line} (${use}) ${from} ${before} -> ${direction} ${level}, ${active}`,
      );
    }
    if (direction === 'out') for (const listener of [...target.writes]) listener();
    if (before !== level) for (const listener of [...target.edges]) listener(level);
  };

  return {
    read(chip, line) {
      const { level, direction } = find(chip, line);
      return { level, direction };
    },
    output: (chip, line, level) => change(find(chip, line), 'out', level),
    write(chip, line, level) {
      const target = find(chip, line);
      if (target.direction === 'in') {
        throw new RigError(
          'LINE_READBACK',
          `${chip}/${line} is an input; make it an output before writing ${level}`,
        );
      }
      change(target, 'out', level);
    },
    drive(chip, line, level) {
      const target = find(chip, line);
      if (target.direction === 'out') {
        throw new RigError(
          'LINE_BUSY',
          `${chip}/${line} (${target.use}) is an output of the host, level ${target.level}; only its inputs can be driven from outside`,
        );
      }
      change(target, 'in', level);
    },
    watch(chip, line, listener) {
      const { edges } = find(chip, line);
      edges.add(listener);
      return () => edges.delete(listener);
    },
    onWrite: ({ chip, line }, listener) => void find(chip, line).writes.add(listener),
    isActive: ({ chip, line, activeLow }) =>
      isActive({ level: find(chip, line).level, address: { activeLow } }),
    report: () => all.map(reportOf),
    close: () => undefined,
  };
}

function makeLine(use: LineUse): Line {
  return { ...use, level: idleLevel(use), direction: 'in', edges: new Set(), writes: new Set() };
}

/** The level at which a line lies that nobody drives. */
export function idleLevel({ address, idlesActive = false }: LineUse): Level {
  return idlesActive === (address.activeLow ?? false) ? 0 : 1;
}
