import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnections } from '../../bench/connections.js';
import { serveControl } from '../../bench/control.js';
import { createLineBank, type LineBank } from '../../bench/lines.js';
import type { LineAddress, LineBackendSpec } from '../../gpio/line.js';

/** The bench's own lines, served on its own kind of socket by the test's process; no boards hang on them. */
export interface BenchLinesServer {
  spec: LineBackendSpec & { kind: 'bench' };
  bank: LineBank;
  /** Electrical changes of the line from now on. */
  changesOf(address: LineAddress): (0 | 1)[];
  /** Resolves at once or when the lines fit; every change is looked at. */
  until(fits: (bank: LineBank) => boolean): Promise<void>;
  /** Ends the server as a crash would: every connection breaks. */
  stop(): Promise<void>;
  /** Serves the same lines again on the same path. */
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/** Serves these lines and no others. */
export async function serveBenchLines(addresses: readonly LineAddress[]): Promise<BenchLinesServer> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-lines-'));
  const socketPath = join(folder, 'bench.sock');
  const uses = addresses.map((address) => ({ address, use: `line ${address.line}` }));
  const bank = createLineBank(uses, () => undefined);
  const none = { slots: {}, serialPorts: {}, bootDrives: {}, relays: {} };
  const state = () => ({ station: 'test', pid: process.pid, socketPath, ...none });
  const serve = () =>
    serveControl({
      socketPath,
      lines: bank,
      state,
      slots: () => [],
      connections: createConnections([]).report,
      onStop: () => undefined,
    });
  let control = await serve();
  return {
    spec: { kind: 'bench', socketPath },
    bank,
    changesOf({ chip, line }) {
      const changes: (0 | 1)[] = [];
      bank.watch(chip, line, (level) => changes.push(level));
      return changes;
    },
    until(fits) {
      return new Promise((resolve) => {
        const stops = addresses.map(({ chip, line }) => bank.watch(chip, line, () => look()));
        const look = () => {
          if (!fits(bank)) return;
          for (const stop of stops) stop();
          resolve();
        };
        look();
      });
    },
    stop: () => control.close(),
    async startAgain() {
      control = await serve();
    },
    async close() {
      await control.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
