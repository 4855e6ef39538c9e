/** What the circuit does to the chip. */
export interface AutoResetListeners {
  /** EN went low: the chip is held in reset. */
  onHold: () => void;
  /** EN is high again and the strap has been sampled. */
  onRelease: (mode: 'download' | 'run') => void;
}

export interface AutoReset {
  /** The adapter's outputs changed; true is asserted. */
  set(lines: { dtr: boolean; rts: boolean }): void;
  /** Forgets a release that is still to come; nothing is called any more. */
  close(): void;
}

/** How long the capacitor at EN keeps the chip from sampling its strap after the transistor lets go. */
export const enableDelayMs = 150;

/**
 * The two-transistor circuit of the development boards: EN is low if and only if RTS is asserted and DTR is not, GPIO0 is low if and only if DTR is
 * asserted and RTS is not. The capacitor at EN makes the chip sample late, so the chip goes into download mode when GPIO0 was low at any
 * time within `enableDelayMs` after EN was let go; over RFC 2217 it comes low only about 50 ms after that.
 */
export function createAutoReset(
  { onHold, onRelease }: AutoResetListeners,
  later: (run: () => void, ms: number) => () => void = laterByTimer,
): AutoReset {
  let held = false;
  let cancel: (() => void) | undefined;

  function release(mode: 'download' | 'run'): void {
    cancel?.();
    cancel = undefined;
    onRelease(mode);
  }

  return {
    set({ dtr, rts }) {
      const holds = rts && !dtr;
      const straps = dtr && !rts;
      if (holds && !held) {
        held = true;
        cancel?.();
        cancel = undefined;
        onHold();
      } else if (!holds && held) {
        held = false;
        cancel = later(() => release('run'), enableDelayMs);
      }
      if (straps && cancel !== undefined) release('download');
    },
    close() {
      cancel?.();
      cancel = undefined;
      held = false;
    },
  };
}

function laterByTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
