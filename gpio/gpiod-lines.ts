import { resolve } from 'node:path';
import { asRigError, RigError } from '../core/errors.js';
import { findChips } from './gpiod-chips.js';
import { chipOrRelease, driveLine } from './gpiod-holder.js';
import { openInputs } from './gpiod-inputs.js';
import { withLock } from './gpiod-lock.js';
import { makeNoteFolder, placeOf, type GpiodPlace } from './gpiod-note.js';
import { readDrivenLine, readFreeLine } from './gpiod-read.js';
import { findSyntax } from './gpiod-run.js';
import {
  isActive,
  levelFor,
  type Level,
  type LineAddress,
  type LineBackend,
  type OutputLine,
} from './line.js';
import { trackOpenLines } from './open-lines.js';

/**
 * Lines of a real kernel, through the commands of libgpiod. Every output is held by a `gpioset` of its own that outlives this process;
 * `folder` says which one, so that another process of the rig can take the line over. Throws GPIO_BACKEND_MISSING.
 */
export async function openGpiodLines(options: { folder: string }): Promise<LineBackend> {
  const folder = resolve(options.folder);
  const syntax = await findSyntax();
  makeNoteFolder(folder);
  const chips = findChips();
  const lines = trackOpenLines('gpiod');
  const inputs = openInputs();
  const find = async (address: LineAddress): Promise<GpiodPlace> => {
    lines.assertOpen();
    await chips.find(address);
    return placeOf(address, { folder, chips, syntax });
  };
  return {
    name: 'gpiod',
    async openOutput(address, { initial }): Promise<OutputLine> {
      const place = await find(address);
      let last: LastWrite | undefined;
      const drive = async (active: boolean) => {
        last = {};
        try {
          await driveLine(place, levelFor(address, active));
        } catch (thrown) {
          last.failure = asRigError(thrown);
          throw thrown;
        }
      };
      if (initial !== 'as-is') await drive(initial);
      const life = lines.add(address, () => undefined);
      return {
        address,
        async write(active) {
          life.assertOpen();
          await drive(active);
        },
        async read() {
          life.assertOpen();
          return isActive(address, await readOutput(place, last));
        },
        close: () => life.close(),
      };
    },
    async openInput(address, { debounceMs = 0 } = {}) {
      const place = await find(address);
      const user = await inputs.use(place);
      const life = lines.add(address, () => user.release());
      return {
        address,
        async read() {
          life.assertOpen();
          return isActive(address, await user.read());
        },
        async watch(listener) {
          life.assertOpen();
          await user.watch(debounceMs, listener);
        },
        close: () => life.close(),
      };
    },
    async close() {
      await lines.closeAll();
      await inputs.settled();
    },
  };
}

/** The last write to an output that was opened here. */
interface LastWrite {
  /** Why the line may be driven by nobody since. */
  failure?: RigError;
}

/**
 * What its holder drives, as the chip reads it where this user may ask the kernel, and by the proof of its holder where not. A line
 * that no process of the rig drives is read by `gpioget`; that makes it an input with 1.x, which it is already on chips that let go of
 * a line when its holder ends.
 */
function readOutput(place: GpiodPlace, last: LastWrite | undefined): Promise<Level> {
  return withLock(place.lockName, place.name, async () => {
    const chip = await chipOrRelease(place);
    const driven = await readDrivenLine(place, chip);
    if (driven !== undefined) return driven;
    if (last !== undefined) {
      const { code = 'LINE_READBACK', message = 'its holder (gpioset) has ended' } = last.failure ?? {};
      const what = `${place.name} (${chip.name} line ${place.address.line}) is not driven any more: ${message}`;
      throw new RigError(code, what, { cause: last.failure });
    }
    return readFreeLine(place, chip, { asIs: true });
  });
}
