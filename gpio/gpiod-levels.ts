import { readFile } from 'node:fs/promises';
import type { Level } from './line.js';

/** What the kernel says about a line that somebody holds. */
export interface KernelLine {
  direction: 'in' | 'out';
  /** Electrical, as the chip itself gives it; undefined when it gave none: it cannot, or does not answer any more. */
  level: Level | undefined;
}

const levels: Record<string, Level | undefined> = { hi: 1, lo: 0 };

/** Only root may read it. */
const debugFile = '/sys/kernel/debug/gpio';

/** The line as its chip reads it; undefined where this user may not ask, or the chip's driver answers in words of its own. */
export async function readKernelLine(chip: string, line: number): Promise<KernelLine | undefined> {
  try {
    return kernelLineIn(await readFile(debugFile, 'utf8'), chip, line);
  } catch {
    return undefined;
  }
}

/** Finds the line of `gpiochipN` in the text of `/sys/kernel/debug/gpio`. */
export function kernelLineIn(text: string, chip: string, line: number): KernelLine | undefined {
  const rows = text.split('\n');
  const start = rows.findIndex((row) => row.startsWith(`${chip}: `));
  // Kernels without global numbers count the lines of every chip from 0.
  const base = Number(/: GPIOs (\d+)-/.exec(rows[start] ?? '')?.[1] ?? 0);
  for (const row of start < 0 ? [] : rows.slice(start + 1)) {
    if (/^\S/.test(row)) return undefined;
    const found = /^ gpio-(\d+)\s+\(.*\) (in|out)\s+(hi|lo|\?)/.exec(row);
    if (found?.[1] === undefined || Number(found[1]) !== base + line) continue;
    return { direction: found[2] === 'out' ? 'out' : 'in', level: levels[found[3] ?? ''] };
  }
  return undefined;
}
