import type { FaultKind } from '../rigs/faults.js';

/** The board's end of its UART. */
export interface Wire {
  /** Sends bytes at the board's rate; the host sees garbage when its own rate differs by more than 3 %. Nothing goes out while unpowered. */
  send(bytes: Uint8Array): void;
  /** Bytes of the host, delivered when the last of them would have arrived at line rate. One listener at a time. */
  onReceive(listener: (bytes: Buffer) => void): void;
  /** Bytes of the host at another rate than the board's, as the host sent them, and that rate: the board itself gets garbage. */
  onMisheard(listener: (bytes: Buffer, baudRate: number) => void): void;
  /** The board's own rate in bits per second, from now on; `afterSent` waits until what is queued has left. */
  setBaudRate(baudRate: number, options?: { afterSent?: boolean }): void;
  /**
   * Takes on the rate at which the host sends its next byte, as a loader does that measures it; the first `lostBytes` (0 unless told) go into the
   * measurement and are not received. Ends with the next `setBaudRate`.
   */
  measureBaudRate(options?: { lostBytes?: number; onFound?: (baudRate: number) => void }): void;
  /** False: what is queued in either direction is lost, and so is whatever the host sends. */
  setPowered(powered: boolean): void;
  /** DTR and RTS as the host set them; only RFC 2217 has them. True is asserted. */
  onLines(listener: (lines: { dtr: boolean; rts: boolean }) => void): void;
  /** The host's last descriptor on the port was closed, or its RFC 2217 connection ended. */
  onHangUp(listener: () => void): void;
  close(): Promise<void>;
}

/** NOR flash: erased bytes are FF, writes only clear bits, erasing goes by sectors: 4 KiB ones in a chip of its own. */
export interface FlashArray {
  readonly sizeBytes: number;
  /** JEDEC id as READ ID (9F) returns it: maker in the low byte; 0 for flash inside the processor, which has none. */
  readonly jedecId: number;
  /** How often it was erased or written. */
  readonly changes: number;
  read(offset: number, sizeBytes: number): Buffer;
  /** ANDs the bytes in; false when the range is outside. */
  write(offset: number, bytes: Uint8Array): boolean;
  erase(offset: number, sizeBytes: number): boolean;
}

/** Starts the serial loader as the chip's ROM after a reset into download mode. It takes over the wire until `stop`. */
export type StartLoader = (options: {
  wire: Wire;
  flash: FlashArray;
  /** Chip family: `esp32`, … decides registers and answers. */
  chip: string;
  mac: string;
  faults: readonly FaultKind[];
  /**
   * The chip reset itself (FLASH_END 0, watchdog, a jump into nothing); the loader has stopped by then. The strap that was latched when EN
   * last rose decides again, so a host that leaves the stub this way (`--after no-reset`) finds the ROM's loader, unless the loader says
   * `runUserCode`.
   */
  onReset: (options: { runUserCode?: boolean }) => void;
  log: (text: string) => void;
}) => { stop(): void };
