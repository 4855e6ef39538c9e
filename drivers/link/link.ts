/** A byte link to one DUT. Every promise settles: on success, on an error with a code, or when the link is lost. */
export interface Link {
  /** As in the station file after resolution, e.g. `/dev/serial/by-path/…`. */
  readonly path: string;
  /** Bits per second. */
  readonly baudRate: number;
  /** Aborted, with a RigError as its reason, when the port went away or was closed. */
  readonly lost: AbortSignal;
  /**
   * Resolves when the operating system has taken all bytes. Rejects with PORT_LOST when the port is gone, or has taken nothing
   * for `timeoutMs` (default 2000).
   */
  write(bytes: Uint8Array, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<void>;
  /** Every chunk as it arrives, in order; returns a function that stops it. Several listeners each see every byte. */
  onData(listener: (chunk: Buffer) => void): () => void;
  /** Waits until what was written has left the port; on a pseudo-terminal until the kernel has it. */
  drain(): Promise<void>;
  setBaudRate(baudRate: number): Promise<void>;
  /** Throws away what has arrived but was not yet delivered. */
  discardInput(): Promise<void>;
  /** Both lines in one call, as `set` on the port would default a missing one. True asserts. No-op on a pseudo-terminal. */
  setLines(lines: { dtr: boolean; rts: boolean }): Promise<void>;
  /** May be called twice. */
  close(): Promise<void>;
}

export interface LinkOptions {
  path: string;
  baudRate: number;
  parity?: 'none' | 'even' | 'odd';
  /** Of the loader, where its protocol has one: even unless told. A pseudo-terminal takes none, whatever stands here. */
  loaderParity?: 'none' | 'even' | 'odd';
  /** DTR and RTS of the adapter drive the board's reset circuit: see auto-reset.ts. */
  autoReset?: boolean;
  /** The board itself is the USB device: the port is there only while it has power, and opening waits for it. */
  native?: boolean;
}
