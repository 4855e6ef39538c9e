const end = 0xc0;
const escape = 0xdb;
const escapedEnd = 0xdc;
const escapedEscape = 0xdd;

const checksumSeed = 0xef;
/** Command header and the sub-header of data commands: length, sequence number, two zeros. */
const dataHeaderBytes = 8 + 16;

/** A packet as a SLIP frame, C0 at both ends. */
export function encodeFrame(packet: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(packet.length * 2 + 2);
  frame[0] = end;
  const length = escapeInto(frame, 1, packet);
  frame[length] = end;
  return frame.subarray(0, length + 1);
}

/**
 * A data command (MEM_DATA, FLASH_DATA, DEFL_DATA) as a SLIP frame. Checksum and escapes are made in the same pass over the
 * data, as this runs for every byte of an image; the header, which needs the checksum, is put before them afterwards.
 */
export function encodeDataFrame(op: number, sequence: number, data: Uint8Array): Buffer {
  const bodyAt = 1 + dataHeaderBytes * 2;
  const frame = Buffer.allocUnsafe(bodyAt + data.length * 2 + 1);
  let length = bodyAt;
  let checksum = checksumSeed;
  for (let index = 0; index < data.length; index++) {
    const byte = data[index] as number;
    checksum ^= byte;
    if (byte === end || byte === escape) {
      frame[length++] = escape;
      frame[length++] = byte === end ? escapedEnd : escapedEscape;
    } else frame[length++] = byte;
  }
  frame[length++] = end;

  const header = Buffer.alloc(dataHeaderBytes);
  header[1] = op;
  header.writeUInt16LE(data.length + 16, 2);
  header.writeUInt32LE(checksum, 4);
  header.writeUInt32LE(data.length, 8);
  header.writeUInt32LE(sequence, 12);
  const escaped = encodeFrame(header).subarray(0, -1);
  const start = bodyAt - escaped.length;
  escaped.copy(frame, start);
  return frame.subarray(start, length);
}

function escapeInto(frame: Buffer, at: number, bytes: Uint8Array): number {
  let length = at;
  for (const byte of bytes) {
    if (byte === end || byte === escape) {
      frame[length++] = escape;
      frame[length++] = byte === end ? escapedEnd : escapedEscape;
    } else frame[length++] = byte;
  }
  return length;
}

export interface FrameDecoder {
  push(chunk: Buffer): void;
  /** Forgets the frame that has begun. */
  reset(): void;
}

/**
 * Cuts a byte stream into packets. Every C0 ends what came before it, so noise costs the frame that it falls into and no
 * more; text outside of frames comes out as a packet that no command takes for its answer.
 */
export function makeFrameDecoder(onPacket: (packet: Buffer) => void): FrameDecoder {
  let pending: Buffer[] = [];
  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(end); at !== -1; at = chunk.indexOf(end, from)) {
        pending.push(chunk.subarray(from, at));
        from = at + 1;
        const raw = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending);
        pending = [];
        const packet = raw.length > 0 ? unescape(raw) : undefined;
        if (packet) onPacket(packet);
      }
      if (from < chunk.length) pending.push(chunk.subarray(from));
    },
    reset() {
      pending = [];
    },
  };
}

/** The bytes without escapes; undefined when an escape is followed by neither of its two codes. */
function unescape(raw: Buffer): Buffer | undefined {
  let at = raw.indexOf(escape);
  if (at === -1) return raw;
  const packet = Buffer.allocUnsafe(raw.length);
  let length = 0;
  let from = 0;
  for (; at !== -1; at = raw.indexOf(escape, from)) {
    length += raw.copy(packet, length, from, at);
    const code = raw[at + 1];
    if (code !== escapedEnd && code !== escapedEscape) return undefined;
    packet[length++] = code === escapedEnd ? end : escape;
    from = at + 2;
  }
  length += raw.copy(packet, length, from);
  return packet.subarray(0, length);
}
