const factors = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;

/** Bytes of a size as rig files write it: a number of bytes, `512KB`, `4MB` or `2GB` (1024 based); undefined for anything else. */
export function sizeInBytes(size: number | string): number | undefined {
  if (typeof size === 'number') return size;
  const { count, unit } = /^(?<count>[1-9][0-9]*)\s?(?<unit>[KMG]B)$/.exec(size)?.groups ?? {};
  if (count === undefined || (unit !== 'KB' && unit !== 'MB' && unit !== 'GB')) return undefined;
  return Number(count) * factors[unit];
}

/** `4 MB`, `512 KB` or `4097 bytes`: the largest unit that fits without a remainder. */
export function sizeText(bytes: number): string {
  if (bytes > 0 && bytes % factors.MB === 0) return `${bytes / factors.MB} MB`;
  if (bytes > 0 && bytes % factors.KB === 0) return `${bytes / factors.KB} KB`;
  return `${bytes} bytes`;
}
