import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';

/** Share of the host's memory that is in use, 0 … 1; what the kernel could give back at once counts as free. */
export function memoryInUse(): number {
  return 1 - availableBytes() / totalmem();
}

function availableBytes(): number {
  try {
    const { kib } =
      /^MemAvailable:\s+(?<kib>\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.groups ?? {};
    return kib === undefined ? freemem() : Number(kib) * 1024;
  } catch {
    return freemem();
  }
}
