import { execFileSync } from 'node:child_process';
import { constants, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gpio } from 'onoff';

export interface FakeChip {
  folder: string;
  label: string;
  base: number;
  lineCount: number;
}

/** What can be wrong with a line. */
export interface LineFault {
  /** It reads back this level whatever drives it. */
  stuckAt?: 0 | 1;
  /** The kernel does not let it become an output; onoff says nothing about that on a line that is exported already. */
  staysInput?: boolean;
  /** Every access fails with this code of the operating system, as when an expander is pulled. */
  errno?: string;
}

/** A line as this stand-in for the kernel keeps it. */
export interface FakeLine {
  direction: 'in' | 'out';
  level: 0 | 1;
  activeLow: boolean;
  fault: LineFault;
  /** Every change of the electrical level. */
  changes: (0 | 1)[];
  /** Of the last onoff object on the line. */
  valueFd?: number;
  listeners: Set<() => void>;
}

/**
 * Stands in for a kernel with GPIO chips, and for onoff on it: a folder like `/sys`, whose `export` file answers as the kernel's
 * does, and a class like onoff's `Gpio`, with the behaviour that was measured on a real kernel. Neither can be had without a chip.
 */
export interface FakeSysfs {
  sysfs: string;
  load: () => Promise<{ Gpio: typeof Gpio }>;
  line(number: number): FakeLine;
  /** Changes an input from outside. */
  drive(number: number, level: 0 | 1): void;
  /** Numbers that were written to `export`. */
  exported: number[];
  close(): Promise<void>;
}

/** `interrupts: false` makes chips whose lines have no `edge` file. */
export async function fakeSysfs(chips: readonly FakeChip[], { interrupts = true } = {}): Promise<FakeSysfs> {
  const sysfs = await mkdtemp(join(tmpdir(), 'rig-sysfs-'));
  const root = join(sysfs, 'class/gpio');
  mkdirSync(root, { recursive: true });
  for (const { folder, label, base, lineCount } of chips) {
    mkdirSync(join(root, folder), { recursive: true });
    for (const [file, value] of Object.entries({ label, base, ngpio: lineCount })) {
      writeFileSync(join(root, folder, file), `${value}\n`);
    }
  }
  const lines = new Map<number, FakeLine>();
  const exported: number[] = [];
  const line = (number: number): FakeLine => {
    const found = lines.get(number) ?? makeLine();
    lines.set(number, found);
    return found;
  };
  const show = (number: number) => {
    const { direction, level, activeLow } = line(number);
    const values = { direction, value: level, active_low: Number(activeLow) };
    mkdirSync(join(root, `gpio${number}`), { recursive: true });
    for (const [file, value] of Object.entries(values))
      writeFileSync(join(root, `gpio${number}`, file), `${value}\n`);
  };
  const stopExports = serveExports(root, (number) => {
    exported.push(number);
    show(number);
    if (interrupts) writeFileSync(edgeFile(root, number), 'none\n');
  });
  return {
    sysfs,
    load: async () => ({ Gpio: gpioClass({ root, line, show }) as unknown as typeof Gpio }),
    line,
    drive(number, level) {
      setLevel(line(number), level);
      if (edgeOf(root, number) === 'both') for (const listener of line(number).listeners) listener();
    },
    exported,
    async close() {
      stopExports();
      await rm(sysfs, { recursive: true, force: true });
    },
  };
}

function makeLine(): FakeLine {
  return { direction: 'in', level: 0, activeLow: false, fault: {}, changes: [], listeners: new Set() };
}

function setLevel(line: FakeLine, level: 0 | 1): void {
  if (line.level !== level) line.changes.push(level);
  line.level = level;
}

function edgeFile(root: string, number: number): string {
  return join(root, `gpio${number}`, 'edge');
}

function edgeOf(root: string, number: number): string {
  return existsSync(edgeFile(root, number)) ? readFileSync(edgeFile(root, number), 'utf8').trim() : 'none';
}

/** A named pipe, because a plain file would keep what is written to it instead of acting on it. */
function serveExports(root: string, onExport: (number: number) => void): () => void {
  execFileSync('mkfifo', [join(root, 'export')]);
  const socket = new Socket({
    fd: openSync(join(root, 'export'), constants.O_RDWR | constants.O_NONBLOCK),
    writable: false,
  });
  socket.on('data', (text) => onExport(Number(text.toString())));
  return () => socket.destroy();
}

interface Kernel {
  root: string;
  line(number: number): FakeLine;
  show(number: number): void;
}

/** Bound to one kernel, as onoff's class is bound to `/sys`. */
function gpioClass({ root, line, show }: Kernel) {
  return class FakeGpio {
    readonly _valueFd: number;
    private readonly heard = new Set<() => void>();

    constructor(
      private readonly number: number,
      direction: 'in' | 'out' | 'high' | 'low',
      options: { activeLow: false; reconfigureDirection: boolean },
    ) {
      const wanted = direction === 'in' ? 'in' : 'out';
      this.state.activeLow = options.activeLow;
      if (options.reconfigureDirection || this.state.direction !== wanted) this.setDirection(direction);
      this._valueFd = openSync(join(root, `gpio${number}`, 'value'), 'r+');
      this.state.valueFd = this._valueFd;
    }

    private get state(): FakeLine {
      const state = line(this.number);
      if (state.fault.errno)
        throw Object.assign(new Error(`${state.fault.errno}: fake`), { code: state.fault.errno });
      return state;
    }

    direction = () => this.state.direction;
    activeLow = () => this.state.activeLow;
    readSync = () => this.state.fault.stuckAt ?? this.state.level;

    setDirection(direction: 'in' | 'out' | 'high' | 'low'): void {
      const { state } = this;
      const refused = state.fault.staysInput || edgeOf(root, this.number) !== 'none';
      if (direction !== 'in' && refused) return;
      state.direction = direction === 'in' ? 'in' : 'out';
      if (direction !== 'in') setLevel(state, direction === 'high' ? 1 : 0);
      show(this.number);
    }

    async write(level: 0 | 1): Promise<void> {
      setLevel(this.state, level);
    }

    setEdge(edge: 'none' | 'both'): void {
      writeFileSync(edgeFile(root, this.number), `${edge}\n`);
    }

    watch(listener: () => void): void {
      this.heard.add(listener);
      this.state.listeners.add(listener);
    }

    unwatchAll(): void {
      for (const listener of this.heard) line(this.number).listeners.delete(listener);
    }
  };
}
