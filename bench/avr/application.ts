import { avrImageIsWhole } from '../../firmware/avr-image.js';
import type { AvrChip } from '../../firmware/avr-chips.js';
import { findProgram, type FoundProgram } from '../../firmware/factory-app-codec.js';
import { runFactoryApp } from '../app/factory-app.js';
import { appFaultsOf, faultOf } from '../board-faults.js';
import type { BoardParts } from '../board-family.js';
import { createOutput } from '../boot/output.js';
import { untilAborted } from '../until-aborted.js';
import { loads } from '../supply.js';

/**
 * Runs what is in flash until it resets the chip: resolves then, and rejects when the signal aborts. An AVR has no ROM that would check or say anything:
 * a program that flash did not keep runs wild and prints nothing.
 */
export async function runApplication(parts: BoardParts, avr: AvrChip): Promise<void> {
  const { slot, wire, supply, enter, signal, mac } = parts;
  wire.setBaudRate(slot.consoleBaudRate, { afterSent: true });
  wire.onReceive((bytes) => parts.onHostBytes?.(bytes));
  supply.setLoad(loads.app);
  const found = programIn(parts, avr);
  if (found?.version === undefined) {
    enter('unknown application');
    return untilAborted(signal);
  }
  enter('application starts');
  const output = createOutput((bytes) => wire.send(bytes), { baudRate: slot.consoleBaudRate, signal });
  if (faultOf(slot.faults, 'silent-console')) output.mute();
  const app = {
    program: found.program,
    version: faultOf(slot.faults, 'wrong-version')?.version ?? found.version,
    // Its serial number, which stands in the signature row.
    about: [`chip=${avr.description}`, `uid=${mac.replaceAll(':', '').toUpperCase()}`],
    // Nothing handles a crash: the watchdog finds that the program hangs.
    crashDump: [],
    mac,
    faults: appFaultsOf(slot.faults),
    output,
    setLoad: (milliamps: number) => supply.setLoad(milliamps),
    dipSupply: () => undefined,
    onReceive: (listener: (bytes: Buffer) => void) =>
      wire.onReceive((bytes) => {
        listener(bytes);
        parts.onHostBytes?.(bytes);
      }),
    signal,
  };
  await runFactoryApp(app, () => enter('application ready'));
}

/** The program, if the flash holds one that was built for the bench and kept it whole. */
function programIn({ flash, log }: BoardParts, avr: AvrChip): FoundProgram | undefined {
  const bytes = flash.read(0, avr.flashBytes - avr.loaderBytes);
  if (avrImageIsWhole(bytes, avr) === false) {
    log('the program in flash is damaged');
    return undefined;
  }
  try {
    return findProgram(bytes);
  } catch (thrown) {
    log(`the program in flash cannot be run: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return undefined;
  }
}
