import type { FaultKind } from '../rigs/faults.js';

/** The one fault of that kind, if the board has it; the first counts. */
export function faultOf<K extends FaultKind['kind']>(
  faults: readonly FaultKind[],
  kind: K,
): Extract<FaultKind, { kind: K }> | undefined {
  return faults.find((fault): fault is Extract<FaultKind, { kind: K }> => fault.kind === kind);
}
