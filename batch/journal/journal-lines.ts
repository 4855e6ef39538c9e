import { open, type FileHandle } from 'node:fs/promises';

/** A line of a file as it stands there. */
export interface RawLine {
  /** Without the line feed. Holds good until the next lines are asked for. */
  bytes: Buffer;
  /** Where it begins, in bytes from the start of the file. */
  offset: number;
  /** False for a rest at the end of the file that has no line feed. */
  ended: boolean;
  /** Nothing comes after it. */
  isLast: boolean;
}

const firstBufferBytes = 1 << 20;

/** The lines of a file in groups, each as many as fit into a buffer that is used again for the next group. */
export async function* linesOf(path: string): AsyncGenerator<RawLine[]> {
  const file = await open(path, 'r');
  try {
    yield* groups(file);
  } finally {
    await file.close();
  }
}

async function* groups(file: FileHandle): AsyncGenerator<RawLine[]> {
  let buffer = Buffer.allocUnsafeSlow(firstBufferBytes);
  let filled = 0;
  let offset = 0;
  for (;;) {
    if (filled === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length);
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
    const searchFrom = filled;
    filled += bytesRead;
    const isEnd = bytesRead === 0;
    if (!isEnd && buffer.subarray(searchFrom, filled).indexOf(10) === -1) continue;
    const lines = split(buffer.subarray(0, filled), offset);
    const last = lines.at(-1);
    if (isEnd) {
      if (last) yield [...lines.slice(0, -1), { ...last, isLast: true }];
      return;
    }
    // Whether the last whole line is the last of the file is known only when more was asked for.
    const kept = lines.findLastIndex(({ ended }) => ended);
    const rest = (lines[kept]?.offset ?? offset) - offset;
    if (kept > 0) yield lines.slice(0, kept);
    buffer.copyWithin(0, rest, filled);
    filled -= rest;
    offset += rest;
  }
}

function split(bytes: Buffer, offset: number): RawLine[] {
  const lines: RawLine[] = [];
  const add = (start: number, end: number, ended: boolean) =>
    lines.push({ bytes: bytes.subarray(start, end), offset: offset + start, ended, isLast: false });
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    add(start, end, true);
    start = end + 1;
  }
  if (start < bytes.length) add(start, bytes.length, false);
  return lines;
}
