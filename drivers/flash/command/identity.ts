import { RigError } from '../../../core/errors.js';
import type { DeviceIdentity } from '../../../core/record.js';

/**
 * Who the board is by what a tool printed. The chip may be written as the vendor does: `ESP32-S3` is `esp32s3`. An id that has the form of a MAC is one.
 * Throws WRONG_CHIP, and TOOL_FAILED when the tool named none.
 */
export function identityOf(found: { chip?: string; id?: string }, chip: string): DeviceIdentity {
  if (found.chip === undefined) {
    const what = 'the tool named no chip in a line that the identity pattern of flash.command matches';
    throw new RigError('TOOL_FAILED', what);
  }
  if (plain(found.chip) !== plain(chip))
    throw new RigError('WRONG_CHIP', `the tool found a ${found.chip}, the board file names ${chip}`);
  const id = found.id?.toLowerCase();
  const isMac = id !== undefined && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(id);
  return {
    chip,
    description: found.chip,
    ...(id !== undefined && (isMac ? { mac: id } : { uid: id })),
  };
}

function plain(chip: string): string {
  return chip.toLowerCase().replace(/[^a-z0-9]/g, '');
}
