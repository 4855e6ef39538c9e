import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { RigError } from '../core/errors.js';
import { findKernelChip, lineFiles, readOutputs, type KernelChip, type LineFiles } from './kernel-chips.js';
import { isActive, reportOf, tabulateLines, type LineTable } from './line-table.js';
import { idleLevel, type EdgeListener, type Level, type LineBank, type LineUse } from './lines.js';

/**
 * How often the lines are looked at, in ms: as fast as a relay follows, since the kernel tells nobody outside of a change. Forty lines cost
 * 0.2 ms a look in a software-emulated machine. A pulse shorter than this may go unseen.
 */
const pollMs = 5;

interface KernelLine extends LineUse {
  /** Global number. */
  number: number;
  descriptor: number;
  drive: LineFiles['drive'];
  /** As it was last reported. */
  level: Level;
  /** Set while the line cannot be read. */
  isLost: boolean;
  listeners: Set<EdgeListener>;
}

/**
 * The lines of a plan on the simulated chips of the running kernel (gpio-sim, gpio-mockup). The bench requests none of them, so that the
 * rig's own way to the kernel has them to itself: it looks at their levels from outside, and is the pull resistors and switches.
 * `log` gets one text for every change. Throws LINE_NOT_FOUND, LINE_PERMISSION.
 */
export function openKernelLineBank(
  uses: readonly LineUse[],
  log: (text: string) => void,
  root?: string,
): LineBank {
  const chips = new Map<string, KernelChip>();
  const descriptors: number[] = [];
  const buffer = Buffer.alloc(4);

  /** What the line is at now. One whose chip is gone switches nothing. */
  const look = (line: Pick<KernelLine, 'address' | 'use' | 'descriptor' | 'isLost'>): Level => {
    try {
      readSync(line.descriptor, buffer, 0, buffer.length, 0);
      line.isLost = false;
      return buffer[0] === 0x31 ? 1 : 0;
    } catch (thrown) {
      if (!line.isLost) log(`line ${nameOf(line)} cannot be read: ${String(thrown)}`);
      line.isLost = true;
      return line.address.activeLow ? 1 : 0;
    }
  };

  const openLine = (lineUse: LineUse): KernelLine => {
    const { chip: label, line: offset } = lineUse.address;
    const chip = chips.get(label) ?? findKernelChip(label, root);
    chips.set(label, chip);
    const { value, drive } = lineFiles(chip, offset);
    writeFileSync(drive.file, drive.text(idleLevel(lineUse)));
    const descriptor = openSync(value, 'r');
    descriptors.push(descriptor);
    const line = { ...lineUse, number: chip.firstNumber + offset, descriptor, drive, isLost: false };
    return { ...line, level: look(line), listeners: new Set() };
  };

  const closeFiles = (): void => {
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  };
  let lines: LineTable<KernelLine>;
  try {
    lines = tabulateLines(uses, openLine);
  } catch (thrown) {
    closeFiles();
    throw thrown;
  }
  const { all, find } = lines;

  const poll = (): void => {
    const changed = all.filter((line) => {
      const before = line.level;
      line.level = look(line);
      if (line.level === before) return false;
      log(`line ${nameOf(line)} ${before} -> ${line.level}, ${isActive(line) ? 'active' : 'inactive'}`);
      return true;
    });
    // All levels first: who is told of one line looks at others.
    for (const { listeners, level } of changed) for (const listener of [...listeners]) listener(level);
  };
  const timer = setInterval(poll, pollMs).unref();

  const directionOf = (line: KernelLine, outputs = readOutputs(root)) =>
    outputs.has(line.number) ? 'out' : 'in';
  const refuse = (chip: string, line: number): never => {
    const { use } = find(chip, line);
    throw new RigError(
      'LINE_BUSY',
      `${chip}/${line} (${use}) is the kernel's, and this bench only watches it; drive it through the kernel`,
    );
  };

  return {
    read(chip, line) {
      const target = find(chip, line);
      return { level: look(target), direction: directionOf(target) };
    },
    output: refuse,
    write: refuse,
    drive(chip, line, level) {
      const target = find(chip, line);
      if (directionOf(target) === 'out') {
        throw new RigError(
          'LINE_BUSY',
          `${chip}/${line} (${target.use}) is an output of the host; only its inputs can be driven from outside`,
        );
      }
      writeFileSync(target.drive.file, target.drive.text(level));
    },
    watch(chip, line, listener) {
      const { listeners } = find(chip, line);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onWrite: ({ chip, line }, listener) => void find(chip, line).listeners.add(() => listener()),
    isActive({ chip, line, activeLow }) {
      return isActive({ level: look(find(chip, line)), address: { activeLow } });
    },
    report() {
      const outputs = readOutputs(root);
      return all.map((line) =>
        reportOf({ ...line, level: look(line), direction: directionOf(line, outputs) }),
      );
    },
    close() {
      clearInterval(timer);
      closeFiles();
    },
  };
}

function nameOf({ address, use }: LineUse): string {
  return `${address.chip}/${address.line} (${use})`;
}
