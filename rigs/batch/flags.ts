/** What a batch is made from: its files, and what the command line says in place of them. Kept in the batch's folder, so that it can be read again. Plain JSON. */
export interface BatchOrder {
  /** Batch files, of our own kind or of the documented others, in order; absolute paths. Empty: the flags alone make the batch. */
  files: string[];
  flags: BatchFlags;
}

/** The flags of `rig run`, as they stand in its help. Left out: not written. */
export interface BatchFlags {
  /** Id of the batch in place of the file's. */
  id?: string;
  /** Stations whose slots are used. */
  station?: string[];
  /** How many units, or the ports, hosts or mount points of the units. */
  devices?: string[];
  /** CSV with a row a unit. */
  units?: string;
  /** Name of a release of the rig, or path of an image. */
  firmware?: string;
  protocol?: string;
  batchMode?: 'parallel' | 'sequential';
  batchStrategy?: 'parallel' | 'sequential' | 'gradual' | 'fixed-size' | 'memory-adaptive' | 'time-based';
  parallelJobs?: number;
  /** 0: all at once. */
  batchSize?: number;
  /** Only identifies; nothing is written. */
  testMode?: boolean;
  /** A unit that holds the version already is not written. */
  conditionalFlash?: boolean;
  /** Where a unit says its version: `console`, or `<offset>:<bytes>` in flash. */
  currentVersionField?: string;
  /** `<chip>/<line>` or a line number of the only chip. */
  powerCyclePin?: string;
  powerCycleDelaySeconds?: number;
  /** Program that is run after each flash; its exit code is a check. */
  postFlashScript?: string;
  logFile?: string;
  /** First and last unit number. */
  range?: { from: number; to: number };
}
