import { setTimeout as delay } from 'node:timers/promises';
import { withDeadline } from '../core/deadline.js';
import { asRigError, RigError } from '../core/errors.js';
import { lineName, type InputLine } from './line.js';

/** What an input says about going on. */
export interface SafetyState {
  isSafe: boolean;
  /** Why nothing can be read, where that is why it is not safe. */
  lost?: RigError;
}

/** An input of which one value forbids to go on, as that of an open lid. */
export interface SafetyInput {
  /** As it was last proved to be. */
  readonly state: SafetyState;
  /** Reads it now; resolves with what is proved then. */
  look(): Promise<SafetyState>;
  /** Nothing is told after this; may be called twice. */
  close(): Promise<void>;
}

export interface SafetyInputOptions {
  /** Without a debounce of its own: every edge counts here. Closed by `close`. */
  input: InputLine;
  /** The logical value at which work may go on. */
  safeWhen: boolean;
  /** The safe value counts once it has stood for this long. */
  debounceMs: number;
  /** Called at every change of `state`, from the end of the opening on. */
  onChange: (state: SafetyState) => void;
}

/**
 * An edge is looked at, and what is not safe is believed at its second reading, this long after the first: the spike of a relay is over by then, while a contact
 * that opens stays open, or bounces, and every bounce is an edge that is looked at again. So an open lid acts within some ms, and a glitch does not.
 */
const confirmMs = 5;
/** Edges can be missed and wires can break in silence: the line is read this often in any case. */
const heartbeatMs = 250;
/** A chip that has not answered for this long, twice, has gone; a read that is a process of its own takes a while on a busy host. */
const readTimeoutMs = 500;

/** Reads the input and watches it by edges and by a heartbeat. A line that cannot be read is not safe. Throws as `watch` does. */
export async function watchSafetyInput(options: SafetyInputOptions): Promise<SafetyInput> {
  const { input, safeWhen, debounceMs, onChange } = options;
  let state: SafetyState = { isSafe: false };
  let settling: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;
  let isOpening = true;

  const read = async (): Promise<SafetyState> => {
    const onTimeout = () =>
      new RigError('LINE_LOST', `${lineName(input.address)} did not answer within ${readTimeoutMs} ms`);
    try {
      const active = await withDeadline(() => input.read(), { timeoutMs: readTimeoutMs, onTimeout });
      return { isSafe: active === safeWhen };
    } catch (thrown) {
      return { isSafe: false, lost: asRigError(thrown) };
    }
  };
  const become = (next: SafetyState) => {
    const isNews = next.isSafe !== state.isSafe || next.lost?.message !== state.lost?.message;
    state = next;
    if (isNews && !isOpening && closing === undefined) onChange(state);
  };
  const forget = () => {
    clearTimeout(settling);
    settling = undefined;
  };
  const believe = (seen: SafetyState) => {
    if (!seen.isSafe) {
      forget();
      return become(seen);
    }
    if (state.isSafe || settling !== undefined || closing !== undefined) return;
    settling = setTimeout(() => {
      settling = undefined;
      become({ isSafe: true });
    }, debounceMs);
  };
  const confirmed = async (first: SafetyState): Promise<SafetyState> => {
    if (first.isSafe) return first;
    await delay(confirmMs);
    return read();
  };
  const look = async () => {
    believe(await confirmed(await read()));
    return state;
  };
  let looking = false;
  let isDue = false;
  /** However many edges there are, one look after the last of them is enough. */
  const lookSoon = async () => {
    isDue = true;
    if (looking) return;
    looking = true;
    while (isDue) {
      isDue = false;
      await look();
    }
    looking = false;
  };
  const onEdge = (active: boolean) => {
    // It has not stood safe since, whatever is read next.
    if (active !== safeWhen) forget();
    void lookSoon();
  };

  const first = await confirmed(await read());
  if (first.isSafe) await delay(debounceMs);
  become(first.isSafe ? await confirmed(await read()) : first);
  // A line that cannot be read is told as lost; it cannot be watched either.
  if (state.lost === undefined) await input.watch(onEdge);
  isOpening = false;

  let beat: NodeJS.Timeout;
  const onBeat = async () => {
    await look();
    if (closing === undefined) beat = setTimeout(() => void onBeat(), heartbeatMs);
  };
  beat = setTimeout(() => void onBeat(), heartbeatMs);
  const close = async () => {
    forget();
    clearTimeout(beat);
    await input.close();
  };
  return {
    get state() {
      return state;
    },
    look,
    close: () => (closing ??= close()),
  };
}
