import { suggestion } from '../../core/nearest-name.js';
import { createHash } from 'node:crypto';
import { requiredImages } from '../../firmware/release-images.js';
import type { CheckedFile } from '../checked-file.js';
import type { Problem } from '../problem.js';
import type { BoardFile } from '../rig-files.js';
import type { BatchLibrary } from './batch-library.js';
import type { Firmware, FirmwareFiles } from './draft.js';
import { readFirmwareSource, type FirmwareSource } from './firmware-source.js';
import { madeUpRelease, releaseNameOf, versionInName } from './made-up-release.js';
import { shownPath } from './slot-at.js';
import type { Said } from './said.js';

/** What a board gets: the key of a release, or nothing because the firmware is for other chips. */
export type FirmwareChoice = { release: string } | { misfit: string };

export interface FirmwareChoices {
  /** Undefined when there is a problem, which was reported. */
  choose(firmware: Said<Firmware>, board: CheckedFile<BoardFile>): Promise<FirmwareChoice | undefined>;
  /** Whether a chip could run it; also for a chip of which the rig has no board. */
  misfit(firmware: Said<Firmware>, chip: string): Promise<string | undefined>;
  /** The chips that it is for. */
  chipsOf(firmware: Said<Firmware>): Promise<readonly string[]>;
}

/** Finds the release for each board that a batch writes, and makes those that no file holds. Each file is read once. */
export function firmwareChoices(
  library: BatchLibrary,
  report: { problems: Problem[]; notices: Set<string> },
): FirmwareChoices {
  const sources = new Map<string, Promise<FirmwareSource | string>>();
  const made = new Map<string, Promise<string | undefined>>();
  const reported = new Set<string>();
  const say = (said: Said<unknown>, what: string): undefined => {
    if (!reported.has(what)) report.problems.push(said.problem(what));
    reported.add(what);
    return undefined;
  };
  const sourceOf = (path: string): Promise<FirmwareSource | string> =>
    remembered(sources, path, () => readFirmwareSource(path));

  async function chipsOf({ value }: Said<Firmware>): Promise<readonly string[]> {
    if ('release' in value) {
      const chip = (await library.release(value.release))?.file.values.chip;
      return chip === undefined ? [] : [chip];
    }
    const source = await sourceOf(value.path);
    return typeof source === 'string' ? [] : source.chips;
  }

  async function misfit(firmware: Said<Firmware>, chip: string): Promise<string | undefined> {
    const chips = await chipsOf(firmware);
    // What is for no chip at all is damaged or not there, and that is said when it is looked into.
    if (chips.length === 0 || chips.includes(chip)) return undefined;
    const { value } = firmware;
    const what = 'release' in value ? `release ${value.release}` : shownPath(value.path);
    return `${what} is for ${chips.join(' or ')}, not for ${chip}`;
  }

  async function choose(
    firmware: Said<Firmware>,
    board: CheckedFile<BoardFile>,
  ): Promise<FirmwareChoice | undefined> {
    const { value } = firmware;
    const { chip } = board.values;
    if ('release' in value && !library.releases.includes(value.release)) {
      const known = suggestion(value.release, library.releases);
      return say(
        firmware,
        `there is no release "${value.release}" (releases/${value.release}.yaml); ${known}`,
      );
    }
    // A board without a chip has a problem of its own.
    if (chip === undefined) return 'release' in value ? value : undefined;
    const why = await misfit(firmware, chip);
    if (why !== undefined) return { misfit: why };
    if ('release' in value) return value;
    const source = await sourceOf(value.path);
    if (typeof source === 'string') return say(firmware, source);
    const versions = versionProblem(firmware, value, source);
    if (versions !== undefined) return say(...versions);
    const whole = await releaseWith(source, value, board);
    const key = `${value.path} ${value.offset?.value} ${chip}`;
    const release = whole ?? (await remembered(made, key, () => make({ ...firmware, value }, source, board)));
    return release === undefined ? undefined : { release };
  }

  /** A blank board does not boot an application alone: where the rig knows the release that it belongs to, all of that is written. */
  async function releaseWith(
    source: FirmwareSource,
    { bootloader, partitions, offset }: FirmwareFiles,
    { values }: CheckedFile<BoardFile>,
  ): Promise<string | undefined> {
    const { driver } = values.flash ?? {};
    const isAlone = bootloader === undefined && partitions === undefined && !source.isFlash;
    if (!isAlone || driver === 'ota-http' || driver === 'espota') return undefined;
    if (requiredImages(values.chip ?? '').length < 2) return undefined;
    const sha256 = createHash('sha256').update(source.bytes).digest('hex');
    for (const name of library.releases) {
      const release = await library.release(name);
      const app = release?.images.find((image) => image.name === 'app' && image.sha256 === sha256);
      if (app === undefined || (release?.images.length ?? 0) < 2) continue;
      if (offset !== undefined && offset.value !== app.offset) continue;
      report.notices.add(
        `${shownPath(source.path)} is the application of release ${name}: its bootloader and partition table are written with it`,
      );
      return name;
    }
    return undefined;
  }

  async function make(
    firmware: Said<FirmwareFiles>,
    source: FirmwareSource,
    { values }: CheckedFile<BoardFile>,
  ): Promise<string | undefined> {
    const chip = values.chip ?? '';
    const wanted = releaseNameOf(source.path, chip);
    const taken = [...library.releases, ...library.madeReleases()];
    const name = taken.includes(wanted) ? `${wanted}-${taken.length}` : wanted;
    const { offset } = firmware.value;
    if (offset !== undefined && offset.value !== 0 && source.isFlash)
      report.notices.add(
        `${offset.where}: ${shownPath(source.path)} is a whole flash image, which begins at 0; the address is that of an application alone`,
      );
    const release = await madeUpRelease(firmware, source, chip, name);
    if (release.isUpdate && requiredImages(chip).length > 1)
      report.notices.add(
        `${shownPath(source.path)} is an application alone: bootloader and partition table stay as each board has them, and a blank board does not boot`,
      );
    if (source.version === undefined && firmware.value.version === undefined)
      report.notices.add(
        `${shownPath(source.path)} says no version of itself: ${versionInName(source.path)} is taken from its name`,
      );
    library.addRelease(name, release);
    return name;
  }

  return { choose, misfit, chipsOf };
}

/** A version that is not known, or not the one that was asked for. */
function versionProblem(
  firmware: Said<Firmware>,
  { version }: FirmwareFiles,
  source: FirmwareSource,
): [Said<unknown>, string] | undefined {
  const actual = source.version;
  if (version !== undefined && actual !== undefined && version.value !== actual)
    return [
      version,
      `is "${version.value}", but ${shownPath(source.path)} says that it is ${actual}; correct one of the two`,
    ];
  if (version !== undefined || actual !== undefined || versionInName(source.path) !== undefined)
    return undefined;
  return [
    firmware,
    `${shownPath(source.path)} does not say its version, which the boot has to prove; write it into the file's name (device_v1.2.3.bin), or make a release file for it`,
  ];
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const reading = read();
  known.set(key, reading);
  return reading;
}
