import { RigError } from '../../../core/errors.js';
import type { DeviceIdentity } from '../../../core/record.js';
import type { Session } from './connect.js';
import { familyOf, op, words, type VendorLoader } from './library.js';
import { command } from './loader-error.js';

/** Reads who the board is: registers only, nothing is uploaded or written. Throws FLASH_READ_FAILED without a flash chip. */
export async function identifyBoard(session: Session): Promise<DeviceIdentity> {
  const { loader, transport } = session;
  return command(
    transport,
    { doing: 'reading chip, MAC and flash id', timeoutMs: 2000, refused: 'FLASH_READ_FAILED' },
    async () => {
      const chip = familyOf(loader.chip);
      const mac = await loader.chip.readMac(loader);
      const description = await describe(loader);
      const id = (await readFlashId(loader)) & 0xff_ff_ff;
      const flashSizeBytes = sizeOf(loader, id);
      session.flashSizeBytes = flashSizeBytes;
      return { chip, description, mac: mac.toLowerCase(), flashSizeBytes, flashId: wireOrder(id) };
    },
  );
}

/** The vendor's name with the revision as the vendor's own tool prints it, `revision v3.0`; the library knows no minor part. */
async function describe(loader: VendorLoader): Promise<string> {
  const text = await loader.chip.getChipDescription(loader);
  const revision = /\(revision v?(\d+)(?:\.(\d+))?\)/.exec(text);
  if (!revision) return text;
  const minor = revision[2] ?? String(await minorRevision(loader));
  return text.replace(revision[0], `(revision v${revision[1]}.${minor})`);
}

async function minorRevision(loader: VendorLoader): Promise<number> {
  if (loader.chip.CHIP_NAME !== 'ESP32' || !loader.chip.readEfuse) return 0;
  return ((await loader.chip.readEfuse(loader, 5)) >>> 24) & 0x03;
}

/** The JEDEC id, maker in the low byte. */
async function readFlashId(loader: VendorLoader): Promise<number> {
  // The ROM has not touched the flash yet in download mode. The ESP8266's has no command for that alone, but does it before it writes.
  const isFirst = loader.chip.CHIP_NAME === 'ESP8266';
  if (!loader.IS_STUB && isFirst) {
    await loader.checkCommand('attach the flash', op.flashBegin, words(0, 0, 0x400, 0), 0, 0, 1000);
  } else if (!loader.IS_STUB) {
    // It wants eight bytes; the library sends four.
    await loader.checkCommand('attach the flash', op.spiAttach, words(0, 0), 0, 0, 1000);
  }
  return loader.readFlashId();
}

function sizeOf(loader: VendorLoader, id: number): number {
  const size = /^(\d+)([KM])B$/.exec(loader.DETECTED_FLASH_SIZES[id >>> 16] ?? '');
  if (id === 0 || id === 0xff_ff_ff || !size) {
    throw new RigError('FLASH_READ_FAILED', `no flash chip answers: its id reads ${wireOrder(id)}`);
  }
  return Number(size[1]) * (size[2] === 'K' ? 1024 : 1024 * 1024);
}

/** Maker, type, size: the order in which the flash sends them. */
function wireOrder(id: number): string {
  return Buffer.from([id & 0xff, (id >>> 8) & 0xff, id >>> 16]).toString('hex');
}
