import { findVendorEsptool, withoutEsptool } from '../../../firmware/vendor-esptool.js';
import type { ContractSubject } from '../subject.js';

/** Whether the vendor's command is there, and how long it takes to start. */
export function vendorEsptool(): Required<Pick<ContractSubject, 'skip' | 'startUpMs'>> {
  const startedAt = performance.now();
  const tool = findVendorEsptool();
  // The interpreter's own start is measured here, as it is no part of what the board does.
  return { skip: tool ? false : withoutEsptool, startUpMs: 2 * (performance.now() - startedAt) };
}
