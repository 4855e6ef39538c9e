import { RigError } from '../core/errors.js';
import type { LineReport, LineState, LineUse } from './lines.js';

/** The lines of a bank by chip and offset; what shares a line stands in its `use`. */
export interface LineTable<Line> {
  /** By chip, each in the order in which the plan names them. */
  all: readonly Line[];
  /** Throws LINE_NOT_FOUND for a chip or line outside the plan, saying what there is. */
  find: (chip: string, line: number) => Line;
}

/** Makes one line for each address. */
export function tabulateLines<Line extends LineUse>(
  uses: readonly LineUse[],
  makeLine: (use: LineUse) => Line,
): LineTable<Line> {
  const chips = new Map<string, Map<number, Line>>();
  for (const lineUse of uses) {
    const { address, use } = lineUse;
    const chip = chips.get(address.chip) ?? new Map<number, Line>();
    chips.set(address.chip, chip);
    const shared = chip.get(address.line);
    if (shared) shared.use += `, ${use}`;
    else chip.set(address.line, makeLine(lineUse));
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
  return { all: [...chips.values()].flatMap((lines) => [...lines.values()]), find };
}

/** The logical value. */
export function isActive({
  level,
  address,
}: Pick<LineState, 'level'> & { address: { activeLow?: boolean | undefined } }): boolean {
  return (level === 1) !== (address.activeLow ?? false);
}

/** The line as clients of the bench see it. */
export function reportOf(line: LineUse & LineState): LineReport {
  const { address, use, level, direction } = line;
  return { chip: address.chip, line: address.line, level, direction, active: isActive(line), use };
}
