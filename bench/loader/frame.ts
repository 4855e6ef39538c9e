/** Operations of the serial loader (esptool documentation, "Serial Protocol", section "Commands"). */
export const op = {
  flashBegin: 0x02,
  flashData: 0x03,
  flashEnd: 0x04,
  memBegin: 0x05,
  memEnd: 0x06,
  memData: 0x07,
  sync: 0x08,
  writeReg: 0x09,
  readReg: 0x0a,
  spiSetParams: 0x0b,
  spiAttach: 0x0d,
  readFlashSlow: 0x0e,
  changeBaudRate: 0x0f,
  deflateBegin: 0x10,
  deflateData: 0x11,
  deflateEnd: 0x12,
  flashMd5: 0x13,
  securityInfo: 0x14,
  eraseFlash: 0xd0,
  eraseRegion: 0xd1,
  readFlash: 0xd2,
  runUserCode: 0xd3,
} as const;

const headerBytes = 8;
const dataHeaderBytes = 16;
const checksumStart = 0xef;

export interface Request {
  op: number;
  checksum: number;
  data: Buffer;
  /** The header's length differs from what came: bytes were lost or added on the wire. */
  lengthMatches: boolean;
}

/** A host's frame; undefined when it is none. */
export function parseRequest(frame: Buffer): Request | undefined {
  if (frame.length < headerBytes || frame[0] !== 0) return undefined;
  const data = frame.subarray(headerBytes);
  return {
    op: frame.readUInt8(1),
    checksum: frame.readUInt32LE(4),
    data,
    lengthMatches: frame.readUInt16LE(2) === data.length,
  };
}

/** The nth 32-bit word of a request's data; 0 beyond its end, as a ROM reads it from its cleared buffer. */
export function word(request: Request, index: number): number {
  return request.data.length >= 4 * index + 4 ? request.data.readUInt32LE(4 * index) : 0;
}

/** The payload of a data request, or what is wrong with it. */
export function payloadOf(request: Request): Buffer | 'length' | 'checksum' {
  const payload = request.data.subarray(dataHeaderBytes);
  if (request.data.length < dataHeaderBytes || word(request, 0) !== payload.length) return 'length';
  let sum = checksumStart;
  for (const byte of payload) sum ^= byte;
  return sum === request.checksum ? payload : 'checksum';
}

/** A response: header, value, data, status. */
export function encodeResponse(
  operation: number,
  value: number,
  data: Uint8Array,
  status: Uint8Array,
): Buffer {
  const header = Buffer.alloc(headerBytes);
  header[0] = 1;
  header[1] = operation;
  header.writeUInt16LE(data.length + status.length, 2);
  header.writeUInt32LE(value >>> 0, 4);
  return Buffer.concat([header, data, status]);
}
