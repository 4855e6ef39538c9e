import { openOutputs } from '../../drivers/power/open-outputs.js';
import type { LineBackendSpec } from '../../gpio/line.js';
import type { Operator, Station } from '../../rigs/types.js';
import { openInterlock } from '../station/interlock.js';

/** Holds while the station's lid is closed and its emergency stop released. */
export interface MapInterlock {
  /** Aborted when the station has to be without power. */
  readonly cut: AbortSignal;
  /** May be called twice. */
  close(): Promise<void>;
}

/** Waits until the operator's lines allow power; mapping is started by its command, so no button is asked for. Throws LID_OPEN, EMERGENCY_STOP and what opening lines throws. */
export async function awaitOperator(
  { name, operator }: Station,
  gpio: LineBackendSpec,
  { signal, onWait }: { signal: AbortSignal; onWait: (what: string) => void },
): Promise<MapInterlock> {
  if (operator === undefined) return { cut: new AbortController().signal, close: async () => undefined };
  const { lid, emergencyStop, waitSeconds } = operator;
  const lines: Operator = { waitSeconds, ...(lid && { lid }), ...(emergencyStop && { emergencyStop }) };
  const backend = await openOutputs(gpio);
  try {
    const interlock = await openInterlock(name, lines, backend);
    const close = async () => {
      await interlock.close();
      await backend.close();
    };
    try {
      await interlock.mayStart({ signal, onWait });
      return { cut: interlock.cut, close };
    } catch (thrown) {
      await interlock.close();
      throw thrown;
    }
  } catch (thrown) {
    await backend.close();
    throw thrown;
  }
}
