import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { freemem, release } from 'node:os';
import { dirname } from 'node:path';
import { hasErrno } from '../../core/files.js';
import { lastLines, runTool } from '../../drivers/tool.js';
import type { Finding } from './finding.js';

const leastNode = [20, 11] as const;
/** Reported to break the serial binding; not verified here. */
const suspectNode = [26, 4] as const;
/** A worker of Playwright, with what a slot loads. */
const bytesPerSlot = 150 * 2 ** 20;
const littleBytes = 2 ** 30;
const tooLittleBytes = 100 * 2 ** 20;
const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Node and memory. */
export function checkNode(version: string, slots: number, freeBytes = freemem()): Finding[] {
  const is = atLeast(version);
  const findings: Finding[] = [
    !is(leastNode)
      ? {
          area: 'node',
          subject: 'version',
          severity: 'error',
          found: `${version} is too old`,
          remedy: `install Node ${leastNode.join('.')} or newer, best 20 or 22: https://nodejs.org`,
        }
      : is(suspectNode)
        ? {
            area: 'node',
            subject: 'version',
            severity: 'warning',
            found: `${version}; the serial port binding is reported to fail with it`,
            remedy: 'use Node 20, 22 or 24 on stations',
          }
        : { area: 'node', subject: 'version', severity: 'ok', found: version },
  ];
  const neededBytes = slots * bytesPerSlot;
  if (slots > 0 && freeBytes < neededBytes) {
    findings.push({
      area: 'node',
      subject: 'memory',
      severity: 'warning',
      found: `${gib(freeBytes)} free; ${slots} slots want ${gib(neededBytes)}`,
      remedy: 'close other programs, or start the run with fewer workers: --workers=4',
    });
  }
  return findings;
}

function atLeast(version: string): (wanted: readonly [number, number]) => boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return ([wantedMajor, wantedMinor]) =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** The kernel, and whether it has the way to GPIO lines that the stations use. */
export async function checkKernel(
  ways: ReadonlySet<'onoff' | 'gpiod'>,
  platform = process.platform,
): Promise<Finding[]> {
  const kernel = { area: 'kernel', subject: 'kernel' } as const;
  if (platform !== 'linux')
    return [
      {
        ...kernel,
        severity: 'warning',
        found: platform,
        remedy: 'stations run on Linux; elsewhere only virtual ones work',
      },
    ];
  const findings: Finding[] = [{ ...kernel, severity: 'ok', found: `Linux ${release()}` }];
  if (ways.has('onoff') && !(await isThere('/sys/class/gpio'))) {
    findings.push({
      area: 'kernel',
      subject: 'sysfs GPIO',
      severity: 'error',
      found: 'there is no /sys/class/gpio: no GPIO chip, or a kernel without CONFIG_GPIO_SYSFS',
      remedy: 'write `gpio: gpiod` into the station file, or use a kernel with the sysfs interface',
    });
  }
  return findings;
}

/** Records are compared by their times, so the clock has to be right and kept right. */
export async function checkClock(now = new Date()): Promise<Finding[]> {
  const clock = { area: 'clock', subject: 'clock' } as const;
  const remedy = 'set it and keep it: sudo timedatectl set-ntp true, or install chrony';
  const written = (await stat(new URL('../../package.json', import.meta.url))).mtime;
  if (now < written) {
    const found = `${now.toISOString()} is before this software was installed (${written.toISOString()})`;
    return [{ ...clock, severity: 'error', found, remedy }];
  }
  const synchronised = await isSynchronised();
  if (synchronised === undefined) {
    const found = `${now.toISOString()}; nothing here tells whether it is synchronised`;
    return [{ ...clock, severity: 'note', found, remedy }];
  }
  if (synchronised) return [{ ...clock, severity: 'ok', found: `${now.toISOString()}, synchronised` }];
  return [{ ...clock, severity: 'warning', found: `${now.toISOString()}, not synchronised`, remedy }];
}

async function isSynchronised(): Promise<boolean | undefined> {
  const asked = { command: 'timedatectl', args: ['show', '-p', 'NTPSynchronized', '--value'] };
  try {
    const { exitCode, lines } = await runTool({ ...asked, timeoutMs: 3000, install: 'systemd' });
    const answer = lastLines(lines, 1).trim();
    return exitCode === 0 && /^(yes|no)$/.test(answer) ? answer === 'yes' : undefined;
  } catch {
    return undefined;
  }
}

/** Where records go: it must take files, and have room for them. */
export async function checkDisk(folder: string): Promise<Finding[]> {
  const disk = { area: 'disk', subject: folder } as const;
  try {
    // Made by the first run, as its user: a folder made here, perhaps as root, would be closed to it.
    const place = await nearestFolder(folder);
    await access(place, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(place);
    const freeBytes = bavail * bsize;
    const remedy = 'make room: old folders below results/ can be moved away as a whole';
    if (freeBytes < tooLittleBytes)
      return [{ ...disk, severity: 'error', found: `${gib(freeBytes)} free`, remedy }];
    if (freeBytes < littleBytes)
      return [{ ...disk, severity: 'warning', found: `${gib(freeBytes)} free`, remedy }];
    return [{ ...disk, severity: 'ok', found: `${gib(freeBytes)} free` }];
  } catch (thrown) {
    const found = `cannot be written: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    const remedy =
      'give it to the user who runs the station (sudo chown), or set RIG_RESULTS to another folder';
    return [{ ...disk, severity: 'error', found, remedy }];
  }
}

/** The folder, or the one in which it would have to be made. */
async function nearestFolder(folder: string): Promise<string> {
  for (let place = folder; ; place = dirname(place)) {
    const found = await stat(place).catch((thrown: unknown) => {
      if (hasErrno(thrown, 'ENOENT')) return undefined;
      throw thrown;
    });
    if (found?.isDirectory()) return place;
    if (found) throw new Error(`${place} is no folder`);
  }
}

async function isThere(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    (thrown: NodeJS.ErrnoException) => thrown.code !== 'ENOENT',
  );
}
