import type { RigError } from '../core/errors.js';
import type { LineAddress, LineBackend } from './line.js';
import { watchSafetyInput, type SafetyInput } from './safety-input.js';

/** An input and how long its change has to stand. */
export interface DebouncedInput extends LineAddress {
  debounceMs: number;
}

/** Whichever a station has. */
export interface OperatorInputs {
  /** Active while the lid is closed. */
  lid?: DebouncedInput;
  /** Active while it is pressed. */
  emergencyStop?: DebouncedInput;
  /** Active while it is pressed. */
  start?: DebouncedInput;
}

/** What forbids that anything is energised. */
export interface Hindrance {
  by: 'emergencyStop' | 'lid';
  address: LineAddress;
  /** Set when its line cannot be read: then it counts as pressed, or as open. */
  lost?: RigError;
}

/** The operator's inputs of one station while a run watches them. */
export interface OperatorLines {
  /** What forbids to go on as far as is known, the emergency stop before the lid; undefined when nothing does. */
  hindrance(): Hindrance | undefined;
  /** Reads every line now. */
  look(): Promise<Hindrance | undefined>;
  /** Nothing is told after this; may be called twice. */
  close(): Promise<void>;
}

export interface OperatorListeners {
  /** A hindrance has come or gone. */
  onChange: () => void;
  /** The start button went down; one that was down from the beginning has to be released first. */
  onStart: () => void;
}

/** Opens and watches the inputs. Throws as opening lines does; the backend stays the caller's. */
export async function openOperatorLines(
  backend: Pick<LineBackend, 'openInput'>,
  { lid, emergencyStop, start }: OperatorInputs,
  { onChange, onStart }: OperatorListeners,
): Promise<OperatorLines> {
  const closers: (() => Promise<void>)[] = [];
  const watched: { by: Hindrance['by']; address: LineAddress; safety: SafetyInput }[] = [];
  let isOpen = false;

  const watch = async (
    by: Hindrance['by'],
    { debounceMs, ...address }: DebouncedInput,
    safeWhen: boolean,
  ) => {
    const input = await backend.openInput(address);
    closers.push(() => input.close());
    const told = () => void (isOpen && onChange());
    const safety = await watchSafetyInput({ input, safeWhen, debounceMs, onChange: told });
    closers.push(() => safety.close());
    watched.push({ by, address, safety });
  };
  const hindrance = (): Hindrance | undefined => {
    const found = watched.find(({ safety }) => !safety.state.isSafe);
    const { by, address, safety } = found ?? {};
    if (by === undefined || address === undefined) return undefined;
    const lost = safety?.state.lost;
    return { by, address, ...(lost && { lost }) };
  };
  const close = async () => {
    isOpen = false;
    await Promise.allSettled(closers.map((each) => each()));
  };

  try {
    if (emergencyStop) await watch('emergencyStop', emergencyStop, false);
    if (lid) await watch('lid', lid, true);
    if (start) {
      const { debounceMs, ...address } = start;
      const input = await backend.openInput(address, { debounceMs });
      closers.push(() => input.close());
      await input.watch((active) => void (active && isOpen && onStart()));
    }
    isOpen = true;
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    hindrance,
    async look() {
      await Promise.all(watched.map(({ safety }) => safety.look()));
      return hindrance();
    },
    close,
  };
}
