import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { pause } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { hasErrno, temporaryName } from '../core/files.js';
import type { GpiodChip } from './gpiod-chips.js';
import { withLock } from './gpiod-lock.js';
import {
  forgetHolder,
  holderEnvironment,
  isHolding,
  livingHolder,
  noteHolder,
  type GpiodPlace,
  type HolderNote,
} from './gpiod-note.js';
import { endProcess, holdsLine, isAlive } from './gpiod-process.js';
import { readBack } from './gpiod-read.js';
import { refusal, whileBusy, type Attempt } from './gpiod-refusal.js';
import { complaintIn, toolEnvironment, toolMissing } from './gpiod-run.js';
import type { Level } from './line.js';

// Why a change of level has one edge. A line belongs to the process that requested it, and gpioset of 1.x cannot change what it drives. So
// the old holder is ended and a new one requests the line with the new level, which the kernel sets in the same step in which it
// makes the line an output. In between nobody has the line: chips either leave it as it was, or let it go, and then its pull
// decides. Where that is one of the two logic levels, it is either the old one or the new one, so there is one edge, at
// the latest with the new holder. A line that stays at its level keeps its holder and has none.
// It is not so where a line that was let go floats: then it may wander in between, for the few milliseconds that a process takes to
// start. A line that matters needs a pull (its safe level's), as it does for the time before the host has started.

const startTimeoutMs = 5000;
const lookEveryMs = 1;

/**
 * Drives the line to the level from now on, also after this process has ended, and proves it. Takes the line over from the process of
 * this rig that has it. Throws LINE_READBACK, LINE_BUSY, LINE_PERMISSION, LINE_LOST, GPIO_BACKEND_MISSING,
 * DISK_WRITE_FAILED.
 */
export async function driveLine(place: GpiodPlace, level: Level): Promise<void> {
  await withLock(place.lockName, place.name, async () => {
    const chip = await chipOrRelease(place);
    const holder = livingHolder(place);
    const drives = holder?.level === level && isHolding(holder, chip);
    if (!drives) {
      await takeFrom(place, holder);
      await startHolder(place, chip, level);
    }
    await assertFollows(place, chip, level);
  });
}

/** The line's chip as it is now. When it is gone, the process that was left holding its line is ended. Throws LINE_LOST. */
export async function chipOrRelease(place: GpiodPlace): Promise<GpiodChip> {
  try {
    return await place.chips.findAgain(place.address);
  } catch (thrown) {
    const holder = livingHolder(place);
    if (holder !== undefined && !place.chips.isThere(holder.device)) await end(place, holder);
    throw thrown;
  }
}

/** Ends the holder. A monitor whose owner lives is left to it: LINE_BUSY. */
export async function takeFrom(place: GpiodPlace, holder: HolderNote | undefined): Promise<void> {
  if (holder === undefined) return;
  const { use, owner, pid } = holder;
  if (use === 'monitor' && owner !== undefined && isAlive(owner)) {
    const whose = owner.pid === process.pid ? 'this process itself' : `process ${owner.pid} of this rig`;
    throw new RigError('LINE_BUSY', `${place.name} is watched as an input by ${whose} (gpiomon, pid ${pid})`);
  }
  await end(place, holder);
}

async function end(place: GpiodPlace, holder: HolderNote): Promise<void> {
  await endProcess(holder);
  forgetHolder(place);
}

async function startHolder(place: GpiodPlace, chip: GpiodChip, level: Level): Promise<void> {
  await whileBusy(
    place,
    () => tryHolder(place, chip, level),
    (complaint) => refusal(place, chip, `driving it to level ${level}`, complaint),
  );
}

/** One start of `gpioset`; returns when the line is set up, or with what it complained of. */
async function tryHolder(place: GpiodPlace, chip: GpiodChip, level: Level): Promise<Attempt<true>> {
  const args = place.syntax.hold(chip.name, place.address.line, level);
  const complaints = openComplaints(place);
  try {
    // A session of its own: no terminal and no process group ends it together with the run.
    const child = spawn('gpioset', args, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'ignore', complaints.fd],
      env: toolEnvironment(holderEnvironment(place)),
    });
    let failedStart: Error | undefined;
    child.once('error', (error) => (failedStart = error));
    child.unref();
    const { pid } = child;
    const note =
      pid === undefined
        ? undefined
        : await noteHolder(place, { use: 'output', args, device: chip.device, pid, level });
    const due = performance.now() + startTimeoutMs;
    while (note !== undefined && isAlive(note)) {
      if (holdsLine(note.pid)) return { done: true };
      if (performance.now() > due) {
        await endProcess(note);
        return {
          complaint: `\`gpioset ${args.join(' ')}\` did not set the line up within ${startTimeoutMs} ms`,
        };
      }
      await pause(lookEveryMs);
    }
    if (pid === undefined) await pause(0);
    if (failedStart !== undefined && hasErrno(failedStart, 'ENOENT'))
      throw toolMissing('gpioset', failedStart);
    const said = complaintIn('gpioset', complaints.read());
    return { complaint: said || failedStart?.message || 'gpioset ended at once' };
  } finally {
    complaints.close();
  }
}

/** Where a holder complains to: a file without a name, since a pipe would break with this process and leave it a reason to die. */
function openComplaints({ noteFile }: GpiodPlace) {
  const path = temporaryName(noteFile);
  const fd = openSync(path, 'wx+', 0o600);
  rmSync(path);
  return {
    fd,
    read() {
      const bytes = Buffer.alloc(fstatSync(fd).size);
      readSync(fd, bytes, 0, bytes.length, 0);
      return bytes.toString();
    },
    close: () => closeSync(fd),
  };
}

/** Throws LINE_READBACK, LINE_LOST. */
async function assertFollows(place: GpiodPlace, chip: GpiodChip, level: Level): Promise<void> {
  const holder = livingHolder(place);
  const driven = `${place.name} (${chip.name} line ${place.address.line}) was driven to ${level} and`;
  if (holder === undefined || !isHolding(holder, chip)) {
    throw new RigError('LINE_READBACK', `${driven} its holder (gpioset) has ended`);
  }
  const seen = await readBack(place, chip, holder);
  if (seen?.direction === 'in') throw new RigError('LINE_READBACK', `${driven} is an input`);
  if (seen?.level === undefined) return;
  if (seen.level !== level) throw new RigError('LINE_READBACK', `${driven} reads back ${seen.level}`);
  if (!holder.readsBack) await noteHolder(place, { ...holder, readsBack: true });
}
