import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { CheckedFile } from './checked-file.js';
import type { LoadedRelease } from './fit-rules.js';
import type { Check } from '../drivers/console/check.js';
import type { FlashDriverKind } from '../drivers/flash/flash-driver.js';
import type { NetworkAddress } from '../drivers/network/network-address.js';
import type { BoardFile, NetworkFile, ReleaseFile, StationFile, ThresholdsFile } from './rig-files.js';
import { meterOptions, outputAddress } from './power-rules.js';
import { sizeInBytes } from './size.js';
import type { Board, FlashThresholds, Release, ReleaseImage, SkipProof, Slot, Station } from './types.js';

/**
 * The station as the rest of the rig sees it. Only for files without problems: an incomplete one is a defect of the rules and
 * throws.
 */
export function resolveStation(
  file: CheckedFile<StationFile>,
  boards: ReadonlyMap<string, CheckedFile<BoardFile>>,
  releases: ReadonlyMap<string, LoadedRelease>,
  env: NodeJS.ProcessEnv,
): Station {
  const written = complete(file);
  const slots = written.slots.map((slot): Slot => {
    const board = boards.get(slot.board ?? written.board);
    const release = releases.get(slot.release ?? written.release);
    if (board === undefined || release === undefined)
      throw new Error(`${file.file}: ${slot.id} was not followed`);
    const { network, driver, power, meter, ...rest } = slot;
    return {
      ...rest,
      ...(network && { network: resolveNetwork(network, env) }),
      ...(power && { power: outputAddress(power, env) }),
      ...(meter && { meter: meterOptions(meter) }),
      board: withDriver(resolveBoard(board), driver),
      release: resolveRelease(release),
    };
  });
  return {
    name: file.name,
    ...(written.bench && { bench: written.bench }),
    ...gpioOf(written),
    ...(written.operator && { operator: written.operator }),
    ...(written.selftest && { selftest: written.selftest }),
    programme: written.programme,
    powerOn: { ...written.powerOn, switchingAtOnce: written.powerOn.switchingAtOnce ?? slots.length },
    limits: { ...written.limits, flashesAtOnce: written.limits.flashesAtOnce ?? slots.length },
    slots,
    faults: written.faults ?? [],
    seed: written.seed,
    file: file.file,
  };
}

/** A bench has lines of its own unless it is told to watch the kernel's. */
function gpioOf({ bench, gpio }: StationFile): Pick<Station, 'gpio'> {
  const way = gpio ?? (bench ? undefined : 'onoff');
  return way ? { gpio: way } : {};
}

/** The board as it is written in a slot that says how. */
function withDriver(board: Board, driver: FlashDriverKind | undefined): Board {
  return driver === undefined ? board : { ...board, flash: { ...board.flash, driver } };
}

function resolveBoard(file: CheckedFile<BoardFile>): Board {
  const { chip, flash, supply, boot, checks, console, identity, thresholds, ...rest } = complete(file);
  const { size, ...how } = flash;
  const { preflight, backup, rollbackOnFailure, recovery, deadlines, readBack } = rest;
  const sizeBytes = sizeInBytes(size);
  if (sizeBytes === undefined) throw new Error(`${file.file}: flash.size was not understood`);
  return {
    name: file.name,
    chip,
    flash: { ...how, sizeBytes },
    ...(identity && { identity }),
    console,
    supply,
    preflight,
    backup,
    rollbackOnFailure,
    recovery,
    thresholds: thresholdsOf(thresholds),
    ...(deadlines && { deadlines }),
    ...(readBack && { readBack }),
    boot,
    checks: checks.map((check) => withWholePath(check, file.file)),
    file: file.file,
  };
}

/** The path of a check's program is written relative to the board file. */
function withWholePath(check: Check, boardFile: string): Check {
  if (check.script === undefined) return check;
  const path = resolve(dirname(boardFile), check.script.path);
  return { ...check, script: { ...check.script, path } };
}

function thresholdsOf(file: ThresholdsFile): FlashThresholds {
  const { min_flash_time: min, max_flash_time: max, max_verification_time: verification } = file;
  return {
    ...(min !== undefined && { minFlashSeconds: min }),
    ...(max !== undefined && { maxFlashSeconds: max }),
    ...(verification !== undefined && { maxVerificationSeconds: verification }),
  };
}

/** A password that is missing in the environment is a problem that the station's rules report. */
function resolveNetwork({ passwordEnv, ...address }: NetworkFile, env: NodeJS.ProcessEnv): NetworkAddress {
  const password = passwordEnv === undefined ? address.password : env[passwordEnv];
  return { ...address, ...(password !== undefined && { password }) };
}

function resolveRelease({ file, images }: LoadedRelease): Release {
  const { version, chip, skip, write } = complete(file);
  const inOrder = [...images].sort((one, two) => one.offset - two.offset);
  const digest = createHash('sha256');
  for (const { bytes } of inOrder) digest.update(bytes);
  return {
    name: file.name,
    version,
    chip,
    write,
    ...(skip && { skip: skipProof(skip) }),
    images: inOrder.map(({ name, offset, path, sizeBytes, sha256, md5 }): ReleaseImage => {
      return { name, offset, path, sizeBytes, sha256, md5 };
    }),
    sha256: digest.digest('hex'),
    file: file.file,
  };
}

/** A field without its offset is a problem that the release's rules report. */
function skipProof({ by, offset = 0, lengthBytes }: NonNullable<ReleaseFile['skip']>): SkipProof {
  return by === 'field' ? { by, offset, lengthBytes } : { by };
}

function complete<T>(file: CheckedFile<T>): T {
  const values = file.complete();
  if (values === undefined) throw new Error(`${file.file} is incomplete, and no rule has said why`);
  return values;
}
