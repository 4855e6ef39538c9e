import type { TestContext } from 'node:test';
import type { LineAddress, LineBackend, LineBackendSpec } from '../../../gpio/line.js';
import type { LineRow } from './rows.js';
import type { Seen } from './seen.js';

/** What the contract needs of a host: one free output, one input that can be driven from outside, and a view of both. */
export interface LineHost {
  open(): Promise<LineBackend>;
  output: LineAddress;
  input: LineAddress;
  /** Drives the input from outside. */
  drive(level: 0 | 1): Promise<void>;
  /** The output's electrical level, seen from outside. */
  outputLevel(): 0 | 1;
  /** Every electrical change of the output from now on, seen from outside. */
  outputChanges(): (0 | 1)[];
  /** Brings the arrays of `outputChanges` up to date; left out where that happens by itself. */
  catchUp?(): void;
  /** How other processes reach the same lines. */
  spec?: LineBackendSpec;
  /** How changes of an input are noticed, in a few words, as this host shows it. */
  noticedBy?(): string;
  /** Ties the output to ground, whatever drives it. */
  ground?(): Promise<void>;
  /** Makes a process outside the rig take the output; `holder` is the name that the kernel knows it by. */
  occupy?(): Promise<{ holder: string; release(): Promise<void> }>;
  /** Gives a backend of a user without any right to the chips, who is this process until the work is done. */
  asStranger?(work: (backend: LineBackend) => Promise<void>): Promise<void>;
  /** Takes the chip or its server away. */
  lose?(): Promise<void>;
  /** Brings it back. */
  restore?(): Promise<void>;
  close(): Promise<void>;
}

export interface ContractOptions {
  /** Rows that this kind of host cannot show, with the reason; it stands in the table of docs/gpio.md. */
  without?: Partial<Record<LineRow, string>>;
}

/** What each test of the contract works with. */
export interface LineCase {
  backend: LineBackend;
  host: LineHost;
  t: TestContext;
}

/** Registers one test of the contract; what the body returns goes into the row. */
export type RegisterCase = (
  row: LineRow,
  behaviour: string,
  body: (given: LineCase) => Promise<Seen | undefined>,
) => void;

/** The ability, which a host has to have or to be excused from. */
export function needed<T>(ability: T | undefined, name: keyof LineHost): T {
  if (ability === undefined) throw new Error(`this host has no '${name}' and gives no reason in 'without'`);
  return ability;
}
