import { RigError } from '../core/errors.js';
import type { BenchPlan, BenchSlot } from '../rigs/bench.js';

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
 * The virtual GPIO chips of a station: the lines that its plan names and no others. As on a kernel with sysfs, a line keeps its
 * direction and level when whoever set it goes away. A line that nobody drives lies at its inactive level, as with a pull resistor.
 */
export interface LineBank {
  /** Throws LINE_NOT_FOUND for a chip or line outside the plan. */
  read(chip: string, line: number): LineState;
  /** Makes the line an output with this level in one step. */
  output(chip: string, line: number, level: Level): void;
  /** Throws LINE_READBACK when the line is an input: nothing would change. */
  write(chip: string, line: number, level: Level): void;
  /** Reports every change of level; returns what stops it. */
  watch(chip: string, line: number, listener: EdgeListener): () => void;
  /** Reports every write to the line, also of the level that it has. */
  onWrite(address: LineAddress, listener: () => void): void;
  /** The logical value. */
  isActive(address: LineAddress): boolean;
  report(): LineReport[];
}

export interface LineUse {
  address: LineAddress;
  use: string;
}

/** The lines of a plan with what hangs on them. */
export function linesOf(plan: Pick<BenchPlan, 'slots'>): LineUse[] {
  return plan.slots.flatMap(({ slot, power, boot, reset, lamps }) => [
    ...(power ? [{ address: power, use: `${slot} power` }] : []),
    ...(boot ? [{ address: boot, use: `${slot} boot` }] : []),
    ...(reset ? [{ address: reset, use: `${slot} reset` }] : []),
    ...lamps.map((address) => ({ address, use: `${slot} lamp` })),
  ]);
}

interface Line extends LineUse, LineState {
  edges: Set<EdgeListener>;
  writes: Set<() => void>;
}

/** Makes the bank; `log` gets one text for every change of a line. */
export function createLineBank(uses: readonly LineUse[], log: (text: string) => void): LineBank {
  const chips = new Map<string, Map<number, Line>>();
  for (const { address, use } of uses) {
    const chip = chips.get(address.chip) ?? new Map<number, Line>();
    chips.set(address.chip, chip);
    const shared = chip.get(address.line);
    if (shared) shared.use += `, ${use}`;
    else chip.set(address.line, makeLine(address, use));
  }

  const find = (chip: string, line: number): Line => {
    const lines = chips.get(chip);
    if (lines === undefined) {
      throw new RigError(
        'LINE_NOT_FOUND',
        `no chip '${chip}' on this bench; it has ${[...chips.keys()].join(', ')}`,
      );
    }
    const found = lines.get(line);
    if (found !== undefined) return found;
    const known = [...lines.keys()].sort((a, b) => a - b).join(', ');
    throw new RigError('LINE_NOT_FOUND', `chip '${chip}' of this bench has no line ${line}; it has ${known}`);
  };

  const drive = (target: Line, level: Level): void => {
    const { address, use, direction, level: before } = target;
    target.direction = 'out';
    target.level = level;
    if (before !== level || direction !== 'out') {
      const active = isActive(target) ? 'active' : 'inactive';
      log(`line ${address.chip}/${address.line} (${use}) ${direction} ${before} -> out ${level}, ${active}`);
    }
    for (const listener of [...target.writes]) listener();
    if (before !== level) for (const listener of [...target.edges]) listener(level);
  };

  return {
    read(chip, line) {
      const { level, direction } = find(chip, line);
      return { level, direction };
    },
    output: (chip, line, level) => drive(find(chip, line), level),
    write(chip, line, level) {
      const target = find(chip, line);
      if (target.direction === 'in') {
        throw new RigError(
          'LINE_READBACK',
          `${chip}/${line} is an input; make it an output before writing ${level}`,
        );
      }
      drive(target, level);
    },
    watch(chip, line, listener) {
      const { edges } = find(chip, line);
      edges.add(listener);
      return () => edges.delete(listener);
    },
    onWrite: ({ chip, line }, listener) => void find(chip, line).writes.add(listener),
    isActive: ({ chip, line, activeLow }) =>
      isActive({ level: find(chip, line).level, address: { activeLow } }),
    report: () => [...chips.values()].flatMap((lines) => [...lines.values()].map(reportOf)),
  };
}

function makeLine(address: LineAddress, use: string): Line {
  const inactive: Level = address.activeLow ? 1 : 0;
  return { address, use, level: inactive, direction: 'in', edges: new Set(), writes: new Set() };
}

function isActive({
  level,
  address,
}: {
  level: Level;
  address: { activeLow?: boolean | undefined };
}): boolean {
  return (level === 1) !== (address.activeLow ?? false);
}

function reportOf(line: Line): LineReport {
  const { address, use, level, direction } = line;
  return { chip: address.chip, line: address.line, level, direction, active: isActive(line), use };
}
