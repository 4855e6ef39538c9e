/** A GPIO chip of the real kernel, seen and handled from outside of every backend. */
export interface KernelChip {
  /** The kernel's label, as in a station file. */
  label: string;
  /** The electrical level of a line. */
  level(line: number): 0 | 1;
  /** Drives a line from outside; on one that is an output it shows when the line is let go. */
  drive(line: number, level: 0 | 1): void;
  /** Electrical changes of the line from now on; each call gives all so far. */
  watch(line: number): () => (0 | 1)[];
  /** Ties the line to ground; left out where nothing can be put on an output. */
  ground?(line: number): void;
  /** Takes the chip away, as a pulled plug does. */
  lose(): void;
  /** Brings it back. */
  restore(): void;
  /** As new: nothing holds its lines, and nothing drives them. */
  reset(): void;
}

/** The level that a file of one or two characters shows. */
export function asLevel(text: string): 0 | 1 {
  return text.trim() === '1' ? 1 : 0;
}
