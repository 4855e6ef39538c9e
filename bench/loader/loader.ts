import { chipModel } from '../chips/chips.js';
import { createRegisters } from '../chips/registers.js';
import type { StartLoader } from '../parts.js';
import { basicCommands, chipCommands, romCommands } from './chip-commands.js';
import { romStatus, stubStatus } from './failures.js';
import { encodeResponse, op, parseRequest, type Request } from './frame.js';
import { createRamUpload } from './ram-upload.js';
import type { Reply, Session } from './session.js';
import { createSlipDecoder, encodeSlip } from './slip.js';
import { stubCommands } from './stub-commands.js';
import { plainWriteCommands, writeCommands } from './write-commands.js';

/** A ROM that measures the host's rate has it after so many of its bytes. */
const lostBytes = 12;
/** A stub's largest block with its headers, and room. */
const mostFrameBytes = 0x4000 + 64;

const commands = {
  firstRom: { ...basicCommands, ...plainWriteCommands },
  rom: { ...chipCommands, ...writeCommands, ...romCommands },
  stub: { ...chipCommands, ...writeCommands, ...stubCommands },
};
const blockOps: readonly number[] = [op.flashData, op.deflateData];

/**
 * The serial loader: the chip's ROM first, then the stub that a host uploads. Commands are carried out one after the other in order of
 * arrival. Of the faults, `dead`, `hang` and `wrong-chip` are its business; a bad cell is the flash array's.
 */
export const startLoader: StartLoader = ({ wire, flash, chip, mac, faults, onReset, log }) => {
  const model = chipModel(faults.find((fault) => fault.kind === 'wrong-chip')?.chip ?? chip);
  const backlog: Buffer[] = [];
  let busy = false;
  let silent = faults.some((fault) => fault.kind === 'dead');
  let stopped = false;

  const session: Session = {
    chip: model,
    flash,
    wire,
    isFlashAttached: !model.isFirstRom,
    registers: createRegisters({
      model,
      mac,
      flash,
      baudRate: () => session.baudRate,
      isFlashAttached: () => session.isFlashAttached,
    }),
    mode: 'rom',
    baudRate: model.romBaudRate,
    ram: createRamUpload(model.ram),
    hangAtPercent: faults.find((fault) => fault.kind === 'hang')?.percent ?? Infinity,
    sendFrame(payload) {
      if (!silent) wire.send(encodeSlip(payload));
    },
    hang() {
      silent = true;
      log('loader hangs');
    },
    reset(options = {}) {
      stop();
      onReset(options);
    },
    log: (text) => log(`loader ${text}`),
  };

  function take(frame: Buffer): void {
    if (silent) return;
    if (session.onAcknowledge) {
      session.onAcknowledge(frame);
      return;
    }
    backlog.push(frame);
    if (!busy) void work();
  }

  async function work(): Promise<void> {
    busy = true;
    for (let frame = backlog.shift(); frame !== undefined && !silent; frame = backlog.shift()) {
      const request = parseRequest(frame);
      if (request) await serve(request);
    }
    busy = false;
  }

  async function serve(request: Request): Promise<void> {
    if (shouldHang(request)) {
      session.hang();
      return;
    }
    const reply = await answer(request);
    if (silent || reply === undefined) return;
    respond(request, reply);
    if (!reply.failure) reply.afterwards?.();
  }

  async function answer(request: Request): Promise<Reply | undefined> {
    const known = session.mode === 'rom' && model.isFirstRom ? commands.firstRom : commands[session.mode];
    const command = known[request.op];
    if (!request.lengthMatches) return { failure: 'length' };
    return command ? command(request, session) : { failure: 'unknown-command' };
  }

  /** Counts the block of this request as arrived. */
  function shouldHang(request: Request): boolean {
    return (
      blockOps.includes(request.op) && (session.write?.arrivedPercentWith(1) ?? 0) >= session.hangAtPercent
    );
  }

  function respond(request: Request, { value = 0, data = Buffer.alloc(0), failure, times = 1 }: Reply): void {
    const status = session.mode === 'rom' ? romStatus(failure, model.romStatusBytes) : stubStatus(failure);
    const response = encodeResponse(request.op, value, failure ? Buffer.alloc(0) : data, status);
    for (let time = 0; time < times; time += 1) session.sendFrame(response);
  }

  function stop(): void {
    if (stopped) return;
    stopped = true;
    silent = true;
    backlog.length = 0;
    session.write?.close();
    wire.onReceive(() => {});
  }

  wire.setBaudRate(model.romBaudRate);
  if (model.isFirstRom)
    wire.measureBaudRate({ lostBytes, onFound: (baudRate) => (session.baudRate = baudRate) });
  wire.onReceive(createSlipDecoder(take, mostFrameBytes));
  return { stop };
};
