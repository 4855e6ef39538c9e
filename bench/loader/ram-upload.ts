import type { Failure } from './failures.js';

/** The chip's memory as MEM_BEGIN, MEM_DATA and MEM_END fill it. Only extents are kept: the bench does not execute what is uploaded. */
export interface RamUpload {
  begin(sizeBytes: number, address: number): Failure | undefined;
  data(payload: Buffer): Failure | undefined;
  /** Whether the upload that began last is complete. */
  isComplete(): boolean;
  /** Whether uploaded bytes stand at the address. */
  holds(address: number): boolean;
}

export function createRamUpload(ram: readonly (readonly [number, number])[]): RamUpload {
  const uploads: { address: number; sizeBytes: number; arrivedBytes: number }[] = [];

  return {
    begin(sizeBytes, address) {
      if (!ram.some(([first, end]) => address >= first && address < end)) return 'ram-address';
      if (!ram.some(([first, end]) => address >= first && address + sizeBytes <= end)) return 'ram-size';
      uploads.push({ address, sizeBytes, arrivedBytes: 0 });
      return undefined;
    },
    data(payload) {
      const current = uploads.at(-1);
      if (!current) return 'not-writing';
      if (current.arrivedBytes + payload.length > current.sizeBytes) return 'too-much-data';
      current.arrivedBytes += payload.length;
      return undefined;
    },
    isComplete() {
      const current = uploads.at(-1);
      return current === undefined || current.arrivedBytes === current.sizeBytes;
    },
    holds: (wanted) =>
      uploads.some(({ address, arrivedBytes }) => wanted >= address && wanted < address + arrivedBytes),
  };
}
