const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const SE = 240;

/** Telnet options that an RFC 2217 port knows. */
export const option = { binary: 0, suppressGoAhead: 3, comPort: 44 };
const supported: readonly number[] = Object.values(option);

export interface TelnetListeners {
  onData: (bytes: Buffer) => void;
  /** Bytes that have to be sent as an answer to the client's negotiation. */
  onNegotiation: (bytes: Buffer) => void;
  onSubnegotiation: (option: number, payload: Buffer) => void;
}

/** Offers an option. */
export function will(number: number): Buffer {
  return Buffer.of(IAC, WILL, number);
}

/** Data with every 255 doubled. */
export function escapeData(bytes: Uint8Array): Buffer {
  const data = Buffer.from(bytes);
  if (!data.includes(IAC)) return data;
  return Buffer.from(Array.from(data, (byte) => (byte === IAC ? [IAC, IAC] : [byte])).flat());
}

/** A framed subnegotiation. */
export function subnegotiation(number: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(IAC, SB, number), escapeData(payload), Buffer.of(IAC, SE)]);
}

/**
 * Takes a telnet stream apart, whatever its chunks. An option is agreed to once and answered only when its state changes, as RFC 854
 * asks, so that two polite ends do not agree for ever.
 */
export function createTelnetReader({
  onData,
  onNegotiation,
  onSubnegotiation,
}: TelnetListeners): (chunk: Buffer) => void {
  const agreed = new Map<string, boolean>([
    [`${DO}/${option.binary}`, true],
    [`${DO}/${option.suppressGoAhead}`, true],
  ]);
  let state: 'data' | 'command' | 'option' | 'sub' | 'sub-command' = 'data';
  let verb = 0;
  let sub: number[] = [];

  /** DO and DONT speak about our side, WILL and WONT about the client's; `agreed` goes by the verb that switches on. */
  function negotiate(number: number): void {
    const ours = verb === DO || verb === DONT;
    const on = verb === DO || verb === WILL;
    const key = `${ours ? DO : WILL}/${number}`;
    const accept = on && supported.includes(number);
    if ((agreed.get(key) ?? false) === accept && accept === on) return;
    agreed.set(key, accept);
    onNegotiation(Buffer.of(IAC, ours ? (accept ? WILL : WONT) : accept ? DO : DONT, number));
  }

  function plain(chunk: Buffer, from: number): number {
    const next = chunk.indexOf(IAC, from);
    const end = next === -1 ? chunk.length : next;
    if (end > from) onData(chunk.subarray(from, end));
    if (next !== -1) state = 'command';
    return end;
  }

  function control(byte: number): void {
    if (state === 'command') {
      state = 'data';
      if (byte === IAC) onData(Buffer.of(IAC));
      else if (byte === SB) [state, sub] = ['sub', []];
      else if (byte >= WILL) [state, verb] = ['option', byte];
    } else if (state === 'option') {
      state = 'data';
      negotiate(byte);
    } else if (state === 'sub') {
      if (byte === IAC) state = 'sub-command';
      else sub.push(byte);
    } else {
      state = byte === SE ? 'data' : 'sub';
      if (byte === IAC) sub.push(IAC);
      if (byte === SE) onSubnegotiation(sub[0] ?? 0, Buffer.from(sub.slice(1)));
    }
  }

  return (chunk) => {
    for (let at = 0; at < chunk.length; at += 1) {
      if (state === 'data') at = plain(chunk, at);
      else control(chunk[at] ?? 0);
    }
  };
}
