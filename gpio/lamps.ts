import type { LineAddress, LineBackend } from './line.js';
import { forEachLine, openInactive, presentIn } from './slot-lines.js';

/** What the operator sees; `busy` lights both lamps, `off` none. */
export type LampState = 'pass' | 'fail' | 'busy' | 'off';

/** The pass and fail lamps of one slot. */
export interface Lamps {
  /** Tries both lamps before it throws LINE_READBACK or LINE_LOST. */
  show(state: LampState): Promise<void>;
  /** Gives the lamps back as they are, so that the operator still sees the result; may be called twice. */
  close(): Promise<void>;
}

const lampNames = ['pass', 'fail'] as const;

/** Opens the lamps that the slot has, dark. A slot without lamps gets an object that shows nothing. */
export async function openLamps(
  backend: LineBackend,
  addresses: { pass?: LineAddress; fail?: LineAddress },
): Promise<Lamps> {
  const lines = await openInactive(backend, addresses, lampNames);
  const all = presentIn(lines, lampNames);
  return {
    show: (state) =>
      forEachLine(all, (line) => line.write(state === 'busy' || (state !== 'off' && line === lines[state]))),
    close: () => forEachLine(all, (line) => line.close()),
  };
}
