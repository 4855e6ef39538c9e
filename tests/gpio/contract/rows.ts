/** The rows of the contract, and of the table in docs/gpio.md, with their headings. */
export const rows = {
  glitchFree: 'output without a glitch',
  asIs: 'taken as it is',
  activeLow: 'active-low',
  readBack: 'read back',
  stuck: 'line that does not follow',
  input: 'input',
  edges: 'edges',
  debounce: 'debounce',
  busy: 'line busy',
  unknown: 'unknown chip or line',
  permission: 'no permission',
  lost: 'chip goes away',
  closed: 'after close',
  killed: 'after SIGKILL of its user',
  guard: 'SIGKILL of the owner, with a guard',
} as const;

export type LineRow = keyof typeof rows;

/** What the suite saw of one row. */
export interface SeenRow {
  /** Backend and chip: `onoff, gpio-sim`. */
  column: string;
  row: LineRow;
  /** A few words. */
  what: string;
  codes: readonly string[];
  /** How long it took; of the guest's clock in the virtual machine. */
  seconds?: number;
}

/** The columns of the table, in its order. */
export const columns = [
  'bench',
  'onoff, gpio-sim',
  'onoff, gpio-mockup',
  'onoff, PCA9555',
  'gpiod, gpio-sim',
] as const;

export type Column = (typeof columns)[number];
