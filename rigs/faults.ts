/** What can be wrong with a virtual board. Data, so that every run can be repeated: same seed, same faults. */
export type Fault = FaultKind & {
  /** The slots that have it; left out: every slot. */
  slots?: string[];
  /** The boards that have it, by the order in which the bench makes them, from 1: the first of each slot, then those that are swapped in; left out: every board. */
  units?: number[];
  /** Chance that a board has it, 0 … 1, decided by the station's seed, the slot's id and the count of boards of the slot; 1 unless told. */
  probability?: number;
};

export type FaultKind =
  /** Powered, draws current, says nothing and answers nothing. */
  | { kind: 'dead' }
  /** There is no board in the nest: the rail rises, nothing draws current, nothing answers. */
  | { kind: 'empty' }
  /** The rail does not rise. */
  | { kind: 'no-power' }
  /** The rail takes this long to rise. */
  | { kind: 'slow-rise'; riseMs: number }
  /** The board shorts its rail this long after every power-on, 0 unless told; the supply's limit lets so much current through, 2500 unless told. */
  | { kind: 'short'; afterMs?: number; milliamps?: number }
  /** The relay's contacts are welded: the rail stays up, whatever the power line says. */
  | { kind: 'stuck-on' }
  /** The 4 KiB sector that holds this flash address does not keep what is written: one bit sticks at 0. */
  | { kind: 'bad-cell'; address: number }
  /** This share of the bytes from the host is lost on the wire, 0 … 1. */
  | { kind: 'dropped-bytes'; share: number }
  /** The loader stops for good when this much of the bytes announced by a write has arrived, 0 … 100; where none are announced (AVR), of what a program may have. */
  | { kind: 'hang'; percent: number }
  /** The chip came with its read-out protection on: its loader refuses to read, write and erase; only lifting it, which erases all, helps. */
  | { kind: 'protected' }
  /** Another chip is fitted: `esp32s3`, `stm32f411`, … */
  | { kind: 'wrong-chip'; chip: string }
  /** The application reports this many bytes of free heap. */
  | { kind: 'low-heap'; bytes: number }
  /** The application panics this long after it came up; then the board reboots, and does it again. */
  | { kind: 'panic'; afterMs: number }
  /** The supply collapses when Wi-Fi starts. */
  | { kind: 'brownout-at-wifi' }
  /** The running application reports this version, whatever is in flash. */
  | { kind: 'wrong-version'; version: string }
  /** The application runs, but its console transmits nothing after the ROM's text. */
  | { kind: 'silent-console' }
  /** Reports this MAC, so that two boards can share one. */
  | { kind: 'duplicate-mac'; mac: string };
