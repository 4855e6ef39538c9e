import type { Socket } from 'node:net';
import type { BenchPorts, BenchSlot } from '../../rigs/bench.js';
import type { FaultKind } from '../../rigs/faults.js';
import type { AppContext } from '../app/app-context.js';
import type { FlashArray } from '../parts.js';
import type { WireTap } from './wire-tap.js';

/** A networked device from the start of its application to its next reset: what its servers work on. */
export interface NetworkDevice {
  address: NonNullable<BenchPorts['network']>;
  credentials: NonNullable<BenchSlot['network']>;
  chip: string;
  mac: string;
  flash: FlashArray;
  faults: readonly FaultKind[];
  app: AppContext;
  /** Its console on the UART. */
  tap: WireTap;
  log: (text: string) => void;
  /** Told of every TCP connection that it has. */
  onConnection(socket: Socket): void;
  /** True from the moment at which its main loop stands still: then nobody is answered any more until it is reset. */
  readonly hung: boolean;
  hang(): void;
  /** The update that is under way, until its end: there is one at a time. */
  updating?: Promise<unknown>;
  /** Resets the chip after so long. */
  restart(afterMs: number): void;
  /** What an update left to do when the chip resets itself. */
  onRestart(work: () => void): void;
  /** Aborted when this run of the application ends. */
  signal: AbortSignal;
}

/** One of its servers. */
export interface Service {
  /** Drops every connection. */
  close(): Promise<void>;
}

/** What a device keeps over its restarts beside its flash. */
export interface HostKeys {
  /** Private key of its SSH server as PEM, made when it is first needed. */
  ssh?: string;
}
