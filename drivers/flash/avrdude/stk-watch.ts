/** A page that went over the wire and was acknowledged. */
export interface PageEvent {
  kind: 'program' | 'read';
  /** Byte address. */
  address: number;
  /** What was programmed or read. */
  data: Buffer;
  /** When the tool asked for it, as `performance.now()` counts. */
  askedAt: number;
  /** Bytes to the board for this page, with its address. */
  wireBytes: number;
}

/** Follows what tool and loader say to each other in STK500v1. */
export interface StkWatch {
  /** Bytes of the tool, before they go to the board; returns those that shall go there. */
  fromTool(bytes: Buffer): Buffer;
  fromBoard(bytes: Buffer): void;
  /** The tool waits for an answer to a whole command. */
  readonly isWaiting: boolean;
  /** Byte address of the page command that is under way, or was last. */
  readonly address: number | undefined;
}

const inSync = 0x14;
const ok = 0x10;
const getSync = 0x30;
const loadAddress = 0x55;
const programPage = 0x64;
const readPage = 0x74;
const addressBytes = 4;
/** Bytes of a command with its end, where they are not 2. */
const lengths: Record<number, number> = { 0x41: 3, 0x42: 22, 0x45: 7, 0x55: 4, 0x56: 6, 0x74: 5 };
/** Bytes of an answer with its 14 and 10, where they are not 2. */
const answers: Record<number, number> = { 0x41: 3, 0x56: 3, 0x75: 5 };

/** A command whose answer is awaited. */
interface Question {
  command: Buffer;
  answerBytes: number;
  askedAt: number;
}

/**
 * Watches one session. The tool asks for sync several times without waiting, and would take the answer to an earlier question for that to a later one
 * on a slow machine: while one question is open, further ones are kept from the board.
 */
export function watchStk(onPage: (page: PageEvent) => void): StkWatch {
  let command = Buffer.alloc(0);
  let waitsFor: Question | undefined;
  let answer = Buffer.alloc(0);
  let nextAddress = 0;
  let pageAddress: number | undefined;

  const ask = (whole: Buffer): void => {
    const [name = 0] = whole;
    if (name === loadAddress) nextAddress = whole.readUInt16LE(1) * 2;
    const isPage = name === programPage || name === readPage;
    if (isPage) pageAddress = nextAddress;
    const data = name === readPage ? whole.readUInt16BE(1) : 0;
    waitsFor = { command: whole, answerBytes: (answers[name] ?? 2) + data, askedAt: performance.now() };
    answer = Buffer.alloc(0);
  };

  const settle = ({ command: whole, askedAt }: Question): void => {
    const [name] = whole;
    if (name !== programPage && name !== readPage) return;
    const length = whole.readUInt16BE(1);
    const data = name === programPage ? whole.subarray(4, 4 + length) : answer.subarray(1, 1 + length);
    const kind = name === programPage ? 'program' : 'read';
    onPage({ kind, address: nextAddress, data, askedAt, wireBytes: whole.length + addressBytes });
  };

  return {
    fromTool(bytes) {
      const passed: Buffer[] = [];
      let at = 0;
      while (at < bytes.length) {
        const missing = commandBytes(command) - command.length;
        const piece = bytes.subarray(at, at + missing);
        at += piece.length;
        command = Buffer.concat([command, piece]);
        if (command.length < commandBytes(command)) continue;
        const isRepeat = command[0] === getSync && waitsFor?.command[0] === getSync;
        if (!isRepeat) {
          passed.push(command);
          ask(command);
        }
        command = Buffer.alloc(0);
      }
      return Buffer.concat(passed);
    },
    fromBoard(bytes) {
      if (waitsFor === undefined) return;
      answer = Buffer.concat([answer, bytes]);
      if (answer.length < waitsFor.answerBytes) return;
      const asked = waitsFor;
      waitsFor = undefined;
      // Anything else is not the loader's, and the tool will say so.
      if (answer[0] === inSync && answer[asked.answerBytes - 1] === ok) settle(asked);
    },
    get isWaiting() {
      return waitsFor !== undefined;
    },
    get address() {
      return pageAddress;
    },
  };
}

/** Length of the command that begins with these bytes, as far as they tell. */
function commandBytes(begun: Buffer): number {
  const [name] = begun;
  if (name === undefined) return 1;
  if (name !== programPage) return lengths[name] ?? 2;
  return begun.length < 4 ? 4 : 5 + begun.readUInt16BE(1);
}
