import { nearestName, suggestion } from '../../core/nearest-name.js';
import type { Problem } from '../problem.js';

/** The columns that have a meaning, by every name that they may have; all others are values of the unit. */
const columns = {
  serial: ['serial', 'serial_number', 'device_id'],
  mac: ['mac'],
  station: ['station'],
  slot: ['slot'],
} as const;

export type Column = keyof typeof columns;

/** A row of the list. */
export interface Row {
  cells: string[];
  /** From 1: where it begins. */
  line: number;
}

/** A problem of the list, with its line and column name. */
export type ProblemAt = (line: number, path: string, what: string) => Problem;

/** Which column is what; names that are near to a known one are refused, or noticed where they are so short that they may well be meant. */
export function columnsOf({ cells, line }: Row, problemAt: ProblemAt) {
  const names = cells.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  );
  const known = Object.values(columns).flat();
  const places: Partial<Record<Column, number>> = {};
  const problems: Problem[] = [];
  const notices: string[] = [];
  const values: { name: string; at: number }[] = [];
  for (const [at, name] of names.entries()) {
    const column = (Object.keys(columns) as Column[]).find((key) =>
      (columns[key] as readonly string[]).includes(name),
    );
    const earlier = column === undefined ? names.indexOf(name) : (places[column] ?? at);
    if (earlier !== at) {
      const both = names[earlier] === name ? 'stands twice' : `says the same as the column ${names[earlier]}`;
      problems.push(problemAt(line, name, `${both}; keep one of the two, or rename one`));
    } else if (column !== undefined) places[column] = at;
    else if (name === '') problems.push(problemAt(line, '', `column ${at + 1} has no name; give it one`));
    else if (isNear(name, known) && name.length >= surelyMisspelt)
      problems.push(
        problemAt(
          line,
          name,
          `is not a column that is known; ${suggestion(name, known)}, or give it another name`,
        ),
      );
    else {
      values.push({ name: cells[at]?.trim() ?? name, at });
      if (isNear(name, known))
        notices.push(
          `column ${name} is kept as a value of the units; it is not taken for ${nearestName(name, known)}`,
        );
    }
  }
  if (places.serial === undefined && problems.length === 0)
    problems.push(
      problemAt(line, '', `has no column with serial numbers; name one serial, serial_number or device_id`),
    );
  return { places, values, problems, notices };
}

/** `lot` is near to `slot`, and is a good name; a longer one that differs by so little is a mistake. */
const surelyMisspelt = 5;

function isNear(name: string, known: readonly string[]): boolean {
  return nearestName(name, known) !== undefined && !known.some((each) => name.includes(each));
}
