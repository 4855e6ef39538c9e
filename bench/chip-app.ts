import { findEspProgram } from '../firmware/esp-program.js';
import type { FoundProgram } from '../firmware/factory-app-codec.js';
import type { AppContext } from './app/app-context.js';
import { runFactoryApp } from './app/factory-app.js';
import { appFaultsOf, faultOf } from './board-faults.js';
import type { BoardParts } from './board-family.js';
import { untilAborted } from './until-aborted.js';
import type { BoardOutput } from './boot/output.js';
import type { ResetCause } from './boot/rom-texts.js';

/** A collapsing supply falls to this share of its nominal voltage. */
const brownoutShare = 0.5;

/** The rate of the application's console from here on; a board whose console is silent says nothing more. */
export function switchToConsole({ wire, slot }: BoardParts, output: BoardOutput): void {
  if (faultOf(slot.faults, 'silent-console')) output.mute();
  output.setBaudRate(slot.consoleBaudRate);
  wire.setBaudRate(slot.consoleBaudRate, { afterSent: true });
}

/** The version that the board reports in place of the image's. */
export function reportedVersion({ slot }: BoardParts, version: string): string {
  return faultOf(slot.faults, 'wrong-version')?.version ?? version;
}

/** The program in an application's image; undefined, with a word in the log, when it has none that can be run. */
export function programIn({ log }: BoardParts, image: Buffer): FoundProgram | undefined {
  try {
    return findEspProgram(image);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    log(`the application's program cannot be run: ${why}`);
    return undefined;
  }
}

/** Runs the program of an application until it resets the chip. */
export function runProgram(
  parts: BoardParts,
  app: Pick<AppContext, 'program' | 'version' | 'about' | 'crashDump' | 'brownoutNotice' | 'output'>,
): Promise<ResetCause> {
  const { slot, enter, supply, signal, mac, wire, onHostBytes, runApp = runFactoryApp } = parts;
  const context: AppContext = {
    ...app,
    mac,
    faults: appFaultsOf(slot.faults),
    setLoad: (milliamps) => supply.setLoad(milliamps),
    dipSupply: () => supply.dip(brownoutShare),
    onReceive: (listener) =>
      wire.onReceive((bytes) => {
        listener(bytes);
        onHostBytes?.(bytes);
      }),
    signal,
  };
  return runApp(context, () => enter('application ready'));
}

/** An application that the bench cannot run: nothing more happens until power or reset ends it. */
export function runUnknown({ enter, signal }: BoardParts): Promise<never> {
  enter('unknown application');
  return untilAborted(signal);
}
