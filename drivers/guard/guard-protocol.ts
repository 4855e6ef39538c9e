import type { LineBackendSpec } from '../../gpio/line.js';
import type { OutputAddress } from '../../gpio/output.js';

/** An output and the logical value that is safe. */
export interface GuardedLine {
  address: OutputAddress;
  safe: boolean;
}

/** What became of one line; `ok` means that it reads back as safe. */
export interface SafetyReport {
  /** As in messages: `pinctrl-bcm2711/17!`. */
  line: string;
  ok: boolean;
  /** Why not. */
  error?: string;
}

/** What the owner may ask of the guard, as JSON lines over the guard's standard input and output. */
export interface GuardOps {
  ready: { args: null; answer: null };
  /** Opens the lines without touching them; a name that is already watched is replaced. */
  watch: { args: { name: string; spec: LineBackendSpec; lines: GuardedLine[] }; answer: null };
  unwatch: { args: { name: string }; answer: null };
  /** Drives the lines of that name safe now. */
  makeSafe: { args: { name: string }; answer: SafetyReport[] };
  /** A process that has to die with the owner, before the lines are driven. */
  addProcess: { args: { pid: number }; answer: null };
  removeProcess: { args: { pid: number }; answer: null };
  /** Drives everything safe; the guard ends after the answer. */
  stop: { args: null; answer: SafetyReport[] };
}
