import { esptoolCommand } from '../../../../drivers/flash/esptool-tool.js';
import { findVendorEsptool } from '../../../firmware/vendor-esptool.js';
import { esptoolOfPage } from '../../command-of-page.js';
import type { ContractSubject } from '../subject.js';
import { espSubject } from './esp.js';
import { vendorEsptool } from './vendor-esptool.js';

const command = await esptoolOfPage(esptoolCommand());
/** Older versions spell their commands otherwise. */
const isOlder = (findVendorEsptool()?.major ?? 5) < 5;
const vendors = espSubject({
  kind: 'esptool',
  chip: 'esp32',
  description: 'ESP32-D0WD-V3 (revision v3.0)',
  otherChip: 'esp32s3',
});

/** The vendor's esptool, described as docs/rig-files.md does it. */
export const subject: ContractSubject = {
  ...vendors,
  ...vendorEsptool(),
  ...(isOlder && { skip: 'docs/rig-files.md describes esptool 5' }),
  kind: 'command',
  options: (stand) => ({ ...vendors.options(stand), command, flashSizeBytes: 4 * 1024 * 1024 }),
  // What the pattern finds, and no more.
  identity: { chip: 'esp32', description: 'ESP32', mac: '24:6f:28:aa:bb:cc' },
  // Each image is a run of its own, and what crossed the wire is not asked.
  checkWrite: () => undefined,
};
