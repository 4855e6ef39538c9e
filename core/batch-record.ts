/** What a run says of the batch that it goes on with; the journal has one after each `run` of a batch. */
export interface BatchHeader {
  id: string;
  description?: string;
  strategy: 'parallel' | 'sequential' | 'gradual';
  programme: string;
  /** Units of the whole batch. */
  units: number;
  /** Only these are to be done, both included; left out: all. */
  range?: { from: number; to: number };
  /** SHA-256 of each input, hex, by `<kind> <name>`. */
  inputs: Record<string, string>;
  /** Inputs that have changed since the run before, which was resumed all the same. */
  changed: string[];
  notices: string[];
  /** Units that cannot be brought to the release and are skipped; left out when there are none. */
  refused?: { unit: number; serial?: string; code: string; why: string }[];
  /** Units of this run. */
  pending: number;
  /** Units that were in hand when the run before died. */
  inHand: number[];
}

/** How many units of a batch there are to do over all its runs: those within its range that it does not refuse. */
export function unitsToDo({
  units,
  range,
  refused = [],
}: Pick<BatchHeader, 'units' | 'range' | 'refused'>): number {
  const { from, to } = range ?? { from: 1, to: units };
  return to - from + 1 - refused.filter(({ unit }) => unit >= from && unit <= to).length;
}

/** A wave begins or has ended. */
export type WaveEvent =
  | { wave: number; state: 'begin' }
  | {
      wave: number;
      state: 'end';
      units: number[];
      /** Share of its units that passed, in %. */
      successRate: number;
      verdict: 'passed' | 'missed';
      /** Its units are to be given back what they held. */
      rollback: boolean;
    };

/** A gate was missed. */
export interface GateEvent {
  /** As `GateRule.kind`, or `successThreshold`. */
  gate: string;
  then: 'warn' | 'pause' | 'stop';
  why: string;
}

/** What was decided about the batch as a whole. */
export interface ControlEvent {
  what: 'pause' | 'resume' | 'cancel' | 'stop' | 'retry';
  by: 'operator' | 'gate';
  why: string;
}

/** A point of the chain with a name. Its file says the same and the hash of this line. */
export interface CheckpointEvent {
  id: string;
  done: number;
  units: number;
}
