import { pause } from '../../../core/deadline.js';
import { RigError } from '../../../core/errors.js';
import { writeBlock } from './block.js';
import { stillThere, type Session } from './connect.js';
import { familyOf, loadStub, op, words, type VendorLoader } from './library.js';
import { command } from './loader-error.js';
import { encodeDataFrame } from './slip.js';

const ramBlockBytes = 0x1800;

/** Chips whose ROM can change its rate, and does it right with the crystal that they always have. */
const romChangesRate = ['esp32', 'esp32s2', 'esp32s3', 'esp32c3'];

/**
 * Replaces the ROM's loader by the vendor's stub, at the rate of the transfer. The rate is changed in the ROM where that is
 * possible, so that the stub goes up in 0.1 s instead of 1 s.
 */
export async function startStub(session: Session, baudRate: number, signal: AbortSignal): Promise<void> {
  const { loader, transport, link } = session;
  if (loader.IS_STUB) return;
  const family = familyOf(loader.chip);
  if (!loader.syncStubDetected) {
    if (romChangesRate.includes(family)) await changeRate(session, baudRate, signal);
    await command(
      transport,
      { doing: 'uploading the stub', timeoutMs: uploadMs(link.baudRate), refused: 'FLASH_PROTOCOL' },
      () => upload(session, family),
    );
  }
  loader.IS_STUB = true;
  await changeRate(session, baudRate, signal);
  const context = {
    doing: 'telling the stub the flash size',
    timeoutMs: 1000,
    refused: 'FLASH_PROTOCOL',
  } as const;
  const geometry = words(0, session.flashSizeBytes ?? 4 * 1024 * 1024, 64 * 1024, 4096, 256, 0xffff);
  await command(transport, context, () => loader.checkCommand('', op.spiSetParams, geometry, 0, 0, 1000));
}

async function upload({ loader, transport }: Session, family: string): Promise<void> {
  const revision = family === 'esp32p4' ? await loader.chip.getChipRevision?.(loader) : undefined;
  const stub = loadStub(family, revision);
  if (!stub) throw new RigError('FLASH_UNSUPPORTED', `esptool-js has no stub for ${family}`);
  for (const { address, bytes } of stub.segments) {
    const blocks = Math.ceil(bytes.length / ramBlockBytes);
    const begin = words(bytes.length, blocks, ramBlockBytes, address);
    await loader.checkCommand('', op.memBegin, begin, 0, 0, 1000);
    for (let sequence = 0; sequence < blocks; sequence++) {
      const data = bytes.subarray(sequence * ramBlockBytes, (sequence + 1) * ramBlockBytes);
      await writeBlock(transport, op.memData, encodeDataFrame(op.memData, sequence, data));
    }
  }
  transport.flushInput();
  // The answer to this command can be cut off by the jump, so only what the stub itself says counts.
  await loader.command(op.memEnd, words(0, stub.entry), 0, false, 0);
  for (;;) {
    const packet = Buffer.from(await transport.read(1500));
    if (packet.toString('latin1') === 'OHAI') return;
  }
}

/** Changes the rate on both sides and makes sure that they still understand each other. */
async function changeRate(session: Session, baudRate: number, signal: AbortSignal): Promise<void> {
  const { loader, transport, link } = session;
  if (link.baudRate === baudRate) return;
  const doing = `changing from ${link.baudRate} to ${baudRate} baud`;
  await command(transport, { doing, timeoutMs: 1500, refused: 'FLASH_PROTOCOL' }, async () => {
    const old = loader.IS_STUB ? link.baudRate : 0;
    const asked = loader.IS_STUB ? baudRate : await romRate(loader, baudRate);
    await loader.command(op.changeBaudRate, words(asked, old), 0, true, 500);
    await link.setBaudRate(baudRate);
    // The adapter sends garbage while it changes.
    await pause(20, signal);
  });
  for (let tries = 3; !(await stillThere(session)); tries--) {
    if (tries === 1) throw new RigError('FLASH_PROTOCOL', `the loader stopped answering after ${doing}`);
  }
}

/**
 * What the ROM must be told to end up at `baudRate`. The ESP32's ROM works its clock out from an RC oscillator that drifts,
 * and is off by as much; the vendor's tool corrects for it in the same way (esp32.py, change_baud).
 */
async function romRate(loader: VendorLoader, baudRate: number): Promise<number> {
  if (loader.chip.CHIP_NAME !== 'ESP32' || !loader.chip.readEfuse) return baudRate;
  const calibration = ((await loader.readReg(0x3ff5f06c)) >>> 7) & 0x1ff_ffff;
  const rcMegahertz = (await loader.chip.readEfuse(loader, 4)) & 0xff;
  const believedHertz = (calibration * 15_625 * rcMegahertz) / 40;
  const crystalHertz = believedHertz > 33e6 ? 40e6 : 26e6;
  // Registers that read nonsense say nothing about the clock.
  if (Math.abs(believedHertz / crystalHertz - 1) > 0.25) return baudRate;
  return Math.floor((baudRate * believedHertz) / crystalHertz);
}

/** The stub of any chip has less than 16 KiB; twice its time on the wire and two seconds. */
function uploadMs(baudRate: number): number {
  return 2000 + Math.ceil((2 * 16_384 * 10_000) / baudRate);
}
