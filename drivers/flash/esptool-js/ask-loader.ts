import type { DeviceIdentity } from '../../../core/record.js';
import type { Link } from '../../link/link.js';
import { answers } from './connect.js';
import { identifyBoard } from './identify.js';
import { loadVendorLoader, repaired } from './library.js';
import { LinkTransport } from './link-transport.js';
import { command } from './loader-error.js';

/**
 * Asks whatever is at the other end for Espressif's ROM loader, and if it answers, which chip it is, its MAC and its flash. Resets nothing and writes
 * nothing. Undefined when no loader answers within 0.7 s; throws FLASH_READ_FAILED, FLASH_STALLED and the like when one falls silent afterwards.
 */
export async function askEspLoader(link: Link): Promise<DeviceIdentity | undefined> {
  const transport = new LinkTransport(link);
  try {
    const loader = await loadVendorLoader(transport, () => undefined);
    if (!(await answers(transport, loader))) return undefined;
    transport.keepHeard(false);
    const chip = await command(
      transport,
      { doing: 'asking which chip it is', timeoutMs: 2000, refused: 'FLASH_PROTOCOL' },
      () => loader.identifyChip().catch(() => loader.identifyChipByMagic()),
    );
    loader.applyDetectedChip(repaired(chip));
    return await identifyBoard({ link, transport, loader });
  } finally {
    transport.stop(new Error('nothing more is asked'));
  }
}
