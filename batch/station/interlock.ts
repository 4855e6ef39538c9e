import { abortedBy } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { lineName, type LineBackend } from '../../gpio/line.js';
import { openOperatorLines, type Hindrance, type OperatorLines } from '../../gpio/operator-lines.js';
import type { Operator } from '../../rigs/types.js';

/** What the operator of one station allows during one run. */
export interface Interlock {
  /**
   * Resolves once the station has been started: lid closed, emergency stop released, and the start button pressed after that where there is one; from then on
   * at once, until it rests. Throws LID_OPEN, EMERGENCY_STOP or START_NOT_PRESSED when that takes longer than `waitSeconds`, LINE_LOST when a line cannot be read, and what
   * has cut the power since: a run is started once.
   */
  mayStart(options: WaitOptions): Promise<void>;
  /** Aborts with LID_OPENED, EMERGENCY_STOP or LINE_LOST when a station that was started has to be without power, for the rest of the run. */
  readonly cut: AbortSignal;
  /**
   * Every board is out: the operator may open the lid and change them. Nothing cuts until the station is started again, by closing the lid that was opened since, or by the
   * start button. Does nothing for a station that was not started, or that was cut.
   */
  rest(): void;
  /** Reads the lines now, so that `cut` is up to date. */
  look(): Promise<void>;
  /** Nothing cuts after this; may be called twice. */
  close(): Promise<void>;
}

export interface WaitOptions {
  signal: AbortSignal;
  /** Gets what the operator has to do, each time that it is something else: `close the lid, then press start`. */
  onWait: (what: string) => void;
}

interface Waiter {
  go: () => void;
  refuse: (why: Error) => void;
  onWait: (what: string) => void;
}

/** Watches the lines of a station. Throws as opening lines does; the backend stays the caller's. */
export async function openInterlock(
  station: string,
  operator: Operator,
  backend: Pick<LineBackend, 'openInput'>,
): Promise<Interlock> {
  const cut = new AbortController();
  const waiters = new Set<Waiter>();
  let phase: 'idle' | 'waiting' | 'started' = 'idle';
  let refused: RigError | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let told = '';
  /** Set while a station with a lid and no start button waits for it to be opened: the boards were not changed before. */
  let mustOpen = false;

  const endWait = (end: (waiter: Waiter) => void) => {
    clearTimeout(deadline);
    for (const waiter of waiters) end(waiter);
    waiters.clear();
  };
  const start = () => {
    phase = 'started';
    endWait(({ go }) => go());
  };
  const refuse = (why: RigError) => {
    refused = why;
    endWait((waiter) => waiter.refuse(why));
  };
  const whatToDo = () =>
    mustOpen ? 'open the lid, change the boards and close it' : todo(lines.hindrance(), operator);
  const tellWaiters = () => {
    const what = whatToDo();
    if (what === told) return;
    told = what;
    for (const { onWait } of waiters) onWait(what);
  };
  const judge = () => {
    const hindrance = lines.hindrance();
    if (hindrance?.by === 'lid') mustOpen = false;
    if (refused !== undefined || phase === 'idle') return;
    if (phase === 'started') {
      if (hindrance === undefined) return;
      refused = cutError(station, hindrance);
      cut.abort(refused);
    } else if (hindrance?.lost) refuse(lostError(station, hindrance, 'nothing was energised'));
    else if (hindrance === undefined && operator.start === undefined && !mustOpen) start();
    else tellWaiters();
  };
  const onStart = () => {
    if (phase === 'waiting' && refused === undefined && lines.hindrance() === undefined) start();
  };
  const lines: OperatorLines = await openOperatorLines(backend, operator, {
    onChange: () => judge(),
    onStart,
  });

  const beginToWait = () => {
    phase = 'waiting';
    const expire = () => refuse(lateError(station, lines.hindrance(), operator));
    deadline = setTimeout(expire, operator.waitSeconds * 1000);
    judge();
  };
  return {
    async mayStart({ signal, onWait }) {
      if (phase === 'idle' && !signal.aborted) beginToWait();
      if (refused) throw refused;
      if (phase === 'started') return;
      await new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(abortedBy(signal));
        const onAbort = () => {
          waiters.delete(waiter);
          reject(abortedBy(signal));
        };
        const settle = (end: () => void) => () => {
          signal.removeEventListener('abort', onAbort);
          end();
        };
        const waiter: Waiter = { onWait, go: settle(resolve), refuse: (why) => settle(() => reject(why))() };
        signal.addEventListener('abort', onAbort, { once: true });
        waiters.add(waiter);
        told = whatToDo();
        onWait(told);
      });
    },
    rest() {
      if (phase !== 'started' || refused !== undefined) return;
      phase = 'idle';
      mustOpen = operator.lid !== undefined && operator.start === undefined;
    },
    cut: cut.signal,
    look: async () => void (await lines.look()),
    async close() {
      clearTimeout(deadline);
      await lines.close();
    },
  };
}

/** `close the lid, then press start`. */
function todo(hindrance: Hindrance | undefined, { start }: Operator): string {
  const first = { lid: 'close the lid', emergencyStop: 'release the emergency stop', none: '' };
  const steps = [first[hindrance?.by ?? 'none'], start ? 'press start' : ''];
  return steps.filter((step) => step !== '').join(', then ');
}

const names = { lid: 'the lid', emergencyStop: 'the emergency stop' } as const;

function cutError(station: string, hindrance: Hindrance): RigError {
  const effect = `power of every slot of ${station} was cut`;
  if (hindrance.lost) return lostError(station, hindrance, effect);
  const { by, address } = hindrance;
  const line = lineName(address);
  return by === 'lid'
    ? new RigError('LID_OPENED', `the lid (${line}) was opened: ${effect}`)
    : new RigError('EMERGENCY_STOP', `the emergency stop (${line}) was pressed: ${effect}`);
}

function lostError(station: string, { by, address, lost }: Hindrance, effect: string): RigError {
  const state = by === 'lid' ? 'open' : 'pressed';
  const what = `${names[by]} of ${station} (${lineName(address)}) cannot be read and counts as ${state}: ${effect}`;
  return new RigError('LINE_LOST', `${what}; ${lost?.message ?? ''}`, { cause: lost });
}

function lateError(station: string, hindrance: Hindrance | undefined, operator: Operator): RigError {
  const { waitSeconds, start } = operator;
  const end = `within ${waitSeconds} s; nothing was energised`;
  if (hindrance?.by === 'emergencyStop')
    return new RigError('EMERGENCY_STOP', `the emergency stop of ${station} was not released ${end}`);
  if (hindrance) return new RigError('LID_OPEN', `the lid of ${station} was not closed ${end}`);
  const button = start ? ` (${lineName(start)})` : '';
  return new RigError('START_NOT_PRESSED', `the start button of ${station}${button} was not pressed ${end}`);
}
