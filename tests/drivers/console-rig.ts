import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { RigError } from '../../core/errors.js';
import { openSerialConsole, type SerialConsole } from '../../drivers/console/serial-console.js';
import type { Link } from '../../drivers/link/link.js';
import { openPty, type Pty } from './link-pty.js';

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rig-console-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface ConsoleOnPty {
  console: SerialConsole;
  pty: Pty;
  logFile: string;
  /** The board sends this text as it is. */
  send(text: string): Promise<void>;
  /** The board says these lines; resolves when the console has them. */
  say(...lines: string[]): Promise<void>;
}

/** A console on a real pseudo-terminal, through the real serial link. */
export async function consoleOnPty(t: TestContext): Promise<ConsoleOnPty> {
  const logFile = join(temporaryFolder(t), 'console.log');
  const pty = openPty();
  t.after(() => pty.close());
  const console = await openSerialConsole({ link: { path: pty.path, baudRate: 115200 }, logFile });
  t.after(() => console.close());
  let sentBytes = 0;
  const send = async (text: string) => {
    const bytes = Buffer.from(text);
    sentBytes += bytes.length;
    await pty.write(bytes);
  };
  return {
    console,
    pty,
    logFile,
    send,
    async say(...lines) {
      await send(lines.map((line) => `${line}\r\n`).join(''));
      const onTimeout = () => new Error('the console did not hear the board');
      await console.expectText(/\n/, { from: sentBytes - 1, timeoutMs: 10_000, onTimeout });
    },
  };
}

/** A link in memory, for what needs exact chunks: a kernel joins and splits them as it likes. */
export interface MemoryLink extends Link {
  deliver(chunk: Uint8Array): void;
  lose(): void;
}

export function memoryLink(): MemoryLink {
  const listeners = new Set<(chunk: Buffer) => void>();
  const lost = new AbortController();
  return {
    path: 'memory',
    baudRate: 115200,
    lost: lost.signal,
    deliver: (chunk) => listeners.forEach((listener) => listener(Buffer.from(chunk))),
    lose: () => lost.abort(new RigError('PORT_LOST', 'memory went away')),
    onData(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    write: () => Promise.resolve(),
    drain: () => Promise.resolve(),
    setBaudRate: () => Promise.resolve(),
    discardInput: () => Promise.resolve(),
    setLines: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
