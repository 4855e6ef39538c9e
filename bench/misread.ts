const tables = new Map<string, Buffer[]>();
const tablesKept = 32;
/** How far two UARTs may be apart before the last bits of a frame are sampled in the wrong place. */
const tolerance = 0.03;

/**
 * What a UART that samples at `receiverRate` makes of bytes sent at `senderRate`: the same bytes within 3 %, else garbage. Every byte is
 * sampled as a frame of its own, so that the garbage depends on the data and the two rates alone, not on how it was chunked.
 */
export function misread(bytes: Buffer, senderRate: number, receiverRate: number): Buffer {
  if (Math.abs(senderRate - receiverRate) <= receiverRate * tolerance) return bytes;
  const table = tableFor(senderRate, receiverRate);
  return Buffer.concat(Array.from(bytes, (byte) => table[byte] ?? Buffer.alloc(0)));
}

function tableFor(senderRate: number, receiverRate: number): Buffer[] {
  const key = `${senderRate}/${receiverRate}`;
  const known = tables.get(key);
  if (known) return known;
  if (tables.size >= tablesKept) tables.clear();
  const table = Array.from({ length: 256 }, (_, byte) =>
    Buffer.from(sample(byte, receiverRate / senderRate)),
  );
  tables.set(key, table);
  return table;
}

/** The bytes that a receiver finds in the waveform of one frame; `speed` is its rate over the sender's, time runs in its bits. */
function sample(byte: number, speed: number): number[] {
  const frame = [0, ...Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1), 1];
  const level = (time: number): number => (time < 0 ? 1 : (frame[Math.floor(time / speed)] ?? 1));
  const found: number[] = [];
  let from = 0;
  for (;;) {
    const start = fallingEdge(frame, speed, from);
    if (start === undefined) return found;
    if (level(start + 0.5) === 1) {
      from = start + 0.5;
      continue;
    }
    let value = 0;
    for (let bit = 0; bit < 8; bit += 1) value |= level(start + 1.5 + bit) << bit;
    found.push(value);
    from = start + 9.5;
  }
}

function fallingEdge(frame: number[], speed: number, from: number): number | undefined {
  const index = frame.findIndex((bit, at) => bit === 0 && (frame[at - 1] ?? 1) === 1 && at * speed >= from);
  return index === -1 ? undefined : index * speed;
}
