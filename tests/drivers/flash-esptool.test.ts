import { findVendorEsptool, withoutEsptool } from '../firmware/vendor-esptool.js';
import { flashContract } from './flash-contract.js';

const startedAt = performance.now();
const tool = findVendorEsptool();
// The interpreter's own start is measured here, as it is no part of what the board does.
const startUpMs = 2 * (performance.now() - startedAt);

flashContract({ kind: 'esptool', startUpMs, skip: tool ? false : withoutEsptool });
