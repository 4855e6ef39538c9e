/** Where a line is: the chip by its label (never by number), the line by its offset within the chip. */
export interface LineAddress {
  /** The kernel's label of the chip, e.g. `pinctrl-bcm2711`. */
  chip: string;
  /** Offset within the chip, from 0. */
  line: number;
  /** True when the electrical low level means active. */
  activeLow?: boolean;
}

/** An output. Values are logical: `true` is active, whatever the electrical level. */
export interface OutputLine {
  readonly address: LineAddress;
  /** Drives the line and reads it back; throws LINE_READBACK when it does not follow, LINE_LOST when the chip is gone. */
  write(active: boolean): Promise<void>;
  /** Reads the line's logical value from the chip, never from memory. */
  read(): Promise<boolean>;
  /** Gives the line back without changing its level; may be called twice. */
  close(): Promise<void>;
}

export interface OpenOutputOptions {
  /** The value the line has from the moment it is an output: no glitch through the other one. */
  initial: boolean | 'as-is';
}

/** An input with optional edges; `watch` gets the logical value after each debounced change. */
export interface InputLine {
  readonly address: LineAddress;
  read(): Promise<boolean>;
  watch(listener: (active: boolean) => void): Promise<void>;
  close(): Promise<void>;
}

/** One way to reach lines: `onoff` and `gpiod` on a real kernel, `bench` on the virtual bench. */
export interface LineBackend {
  readonly name: string;
  /** Throws LINE_NOT_FOUND, LINE_PERMISSION, LINE_BUSY or GPIO_BACKEND_MISSING. */
  openOutput(address: LineAddress, options: OpenOutputOptions): Promise<OutputLine>;
  openInput(address: LineAddress, options?: { debounceMs?: number }): Promise<InputLine>;
  /** Closes every line that is still open; may be called twice. */
  close(): Promise<void>;
}

/** How to make a backend in another process: plain data, so that it travels to workers and to the guard. */
export type LineBackendSpec =
  | { kind: 'onoff' }
  /** `folder` says which process holds which line, so that another of this rig can take it over. */
  | { kind: 'gpiod'; folder: string }
  | { kind: 'bench'; socketPath: string };

/** `pinctrl-bcm2711/17`, with `!` when active low, as it stands in messages and logs. */
export function lineName(address: LineAddress): string {
  return `${address.chip}/${address.line}${address.activeLow ? '!' : ''}`;
}

/** Electrical: 1 is high. */
export type Level = 0 | 1;

/** The electrical level that stands for the logical value. */
export function levelFor(address: LineAddress, active: boolean): Level {
  return active === (address.activeLow ?? false) ? 0 : 1;
}

/** The logical value that the electrical level stands for. */
export function isActive(address: LineAddress, level: Level): boolean {
  return levelFor(address, true) === level;
}
