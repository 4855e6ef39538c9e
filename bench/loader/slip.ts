const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

/** A SLIP frame around the bytes. */
export function encodeSlip(payload: Uint8Array): Buffer {
  const escaped: number[] = [END];
  for (const byte of payload) {
    if (byte === END) escaped.push(ESC, ESC_END);
    else if (byte === ESC) escaped.push(ESC, ESC_ESC);
    else escaped.push(byte);
  }
  escaped.push(END);
  return Buffer.from(escaped);
}

/**
 * Takes frames out of a byte stream, whatever its chunks. What stands outside frames is dropped, and so is a frame with a wrong escape or
 * more than `mostBytes`; the next END starts anew.
 */
export function createSlipDecoder(
  onFrame: (frame: Buffer) => void,
  mostBytes: number,
): (chunk: Buffer) => void {
  const frame = Buffer.alloc(mostBytes);
  let length = 0;
  let state: 'outside' | 'inside' | 'escape' = 'outside';

  function put(byte: number): void {
    if (length === mostBytes) state = 'outside';
    else frame[length++] = byte;
  }

  function end(): void {
    if (state === 'inside' && length > 0) {
      state = 'outside';
      onFrame(Buffer.from(frame.subarray(0, length)));
    } else {
      state = 'inside';
    }
    length = 0;
  }

  return (chunk) => {
    for (const byte of chunk) {
      if (byte === END) {
        end();
      } else if (state === 'escape') {
        state = byte === ESC_END || byte === ESC_ESC ? 'inside' : 'outside';
        if (state === 'inside') put(byte === ESC_END ? END : ESC);
      } else if (state === 'inside') {
        if (byte === ESC) state = 'escape';
        else put(byte);
      }
    }
  };
}
