import type { FaultKind } from '../rigs/faults.js';
import type { AppFaults } from './app/app-context.js';

/** The one fault of that kind, if the board has it; the first counts. */
export function faultOf<K extends FaultKind['kind']>(
  faults: readonly FaultKind[],
  kind: K,
): Extract<FaultKind, { kind: K }> | undefined {
  return faults.find((fault): fault is Extract<FaultKind, { kind: K }> => fault.kind === kind);
}

/** The faults that the application shows. */
export function appFaultsOf(faults: readonly FaultKind[]): AppFaults {
  const heap = faultOf(faults, 'low-heap');
  const panic = faultOf(faults, 'panic');
  return {
    ...(heap && { heapBytes: heap.bytes }),
    ...(panic && { panicAfterMs: panic.afterMs }),
    brownoutAtWifi: faultOf(faults, 'brownout-at-wifi') !== undefined,
  };
}
