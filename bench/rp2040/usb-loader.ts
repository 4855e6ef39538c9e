import { setTimeout as delay } from 'node:timers/promises';
import { faultOf } from '../board-faults.js';
import type { BoardParts } from '../board-family.js';
import { untilAborted } from '../until-aborted.js';
import { loads } from '../supply.js';
import { timings } from '../timings.js';
import { showDrive, type DriveFolder, type DriveTexts } from './drive-folder.js';
import { createUf2Receiver, type Uf2Receiver } from './uf2-receiver.js';
import { watchSectors } from './written-sectors.js';

/** Taken in one go, before the host is looked at again. */
const sectorsAtOnce = 16;

/** What the ROMs put on their drives (RP2040 datasheet, 2.8.4; RP2350 datasheet, 5.5). */
const driveTexts: Record<string, DriveTexts> = {
  rp2040: {
    loader: 'UF2 Bootloader v3.0',
    model: 'Raspberry Pi RP2',
    boardId: 'RPI-RP2',
    index: indexPage('RP2'),
  },
  rp2350: {
    loader: 'UF2 Bootloader v1.0',
    model: 'Raspberry Pi RP2350',
    boardId: 'RP2350',
    index: indexPage('RP2350'),
  },
};

/**
 * The ROM's USB loader: shows its drive until a whole set of UF2 blocks was written to it, and resolves when the chip resets itself after that,
 * with the drive gone. Rejects when the signal aborts; the drive is gone then too.
 */
export async function runUsbLoader(parts: BoardParts): Promise<{ startsRam: boolean }> {
  const { chip, flash, ports, slot, signal, log, enter, supply } = parts;
  const texts = driveTexts[chip];
  supply.setLoad(loads.loader);
  enter('loader');
  if (ports.drive === undefined || texts === undefined) return untilAborted(signal);
  await delay(timings.usbDrive, undefined, { signal });
  const hangPercent = faultOf(slot.faults, 'hang')?.percent;
  const receiver = createUf2Receiver({ chip, flash, log, ...(hangPercent !== undefined && { hangPercent }) });
  const drive = showDrive(ports.drive, texts);
  log(`the boot drive ${texts.boardId} appears`);
  try {
    await takeSet(drive, receiver, signal);
    log(`all ${receiver.count} UF2 blocks were written`);
    await delay(timings.uf2Restart, undefined, { signal });
  } finally {
    drive.vanish();
    log('the boot drive vanishes');
  }
  return { startsRam: receiver.usesRam };
}

/** Takes what the host writes at the rate of the bus, until a set is complete. */
async function takeSet(drive: DriveFolder, receiver: Uf2Receiver, signal: AbortSignal): Promise<void> {
  const written = watchSectors(drive.path, drive.ownFiles);
  for (;;) {
    const sectors = await written();
    signal.throwIfAborted();
    for (let at = 0; at < sectors.length; at += sectorsAtOnce) {
      const batch = sectors.slice(at, at + sectorsAtOnce);
      await delay(batch.length * timings.usbSector, undefined, { signal });
      if (batch.some((sector) => receiver.take(sector))) return;
    }
    if (sectors.length === 0) await drive.changed(signal);
  }
}

function indexPage(device: string): string {
  const address = `https://raspberrypi.com/device/${device}`;
  return `<html><head><meta http-equiv="refresh" content="0;URL='${address}'"/></head><body>Redirecting to <a href='${address}'>${address}</a></body></html>\r\n`;
}
