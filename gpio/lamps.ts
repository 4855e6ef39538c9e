import type { LineAddress } from './line.js';
import type { Output, Outputs } from './output.js';
import { forEachLine, openInactive, presentIn } from './slot-lines.js';

/** What the operator sees; `busy` lights the busy lamp, or both others where there is none; `off` none. */
export type LampState = 'pass' | 'fail' | 'busy' | 'off';

/** The lamps of one slot. */
export interface Lamps {
  /** Tries every lamp before it throws LINE_READBACK or LINE_LOST. */
  show(state: LampState): Promise<void>;
  /** Gives the lamps back as they are, so that the operator still sees the result; may be called twice. */
  close(): Promise<void>;
}

const lampNames = ['pass', 'fail', 'busy'] as const;

/** Opens the lamps that the slot has, dark. A slot without lamps gets an object that shows nothing. */
export async function openLamps(
  backend: Pick<Outputs, 'openOutput'>,
  addresses: { pass?: LineAddress; fail?: LineAddress; busy?: LineAddress },
): Promise<Lamps> {
  const lines = await openInactive(backend, addresses, lampNames);
  const all = presentIn(lines, lampNames);
  const isLit = (line: Output, state: LampState): boolean =>
    state === 'busy' && lines.busy === undefined ? true : state !== 'off' && line === lines[state];
  return {
    show: (state) => forEachLine(all, (line) => line.write(isLit(line, state))),
    close: () => forEachLine(all, (line) => line.close()),
  };
}
