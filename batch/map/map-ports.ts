import { pause } from '../../core/deadline.js';
import { asRigError, RigError } from '../../core/errors.js';
import { listSerialPorts, type SerialPortFound } from '../../drivers/discover/serial-ports.js';
import type { Station } from '../../rigs/types.js';
import { candidatePorts, type CandidatePort, type SkippedPort } from './map-candidates.js';
import { findSlotDrives } from './map-drive.js';
import { openHeldSlots, type HeldSlot } from './map-hold.js';
import { awaitOperator } from './map-interlock.js';
import { findSlotPorts, needsFirmware } from './map-slot.js';
import { openEars, type PortEars } from './port-ears.js';
import { judgePorts, type MappedKey, type MapVerdict, type SlotAnswers } from './port-verdict.js';
import { createStationCare, type ReadyStation } from '../station/station-ready.js';

export interface MapPortsOptions {
  station: Station;
  /** Ids of the slots that are powered; all of them unless told. */
  only?: readonly string[] | undefined;
  /** Serial ports of the other stations on this host. */
  taken: readonly string[];
  runtimeFolder: string;
  /** Gets the logs of the guard and of the bench. */
  resultsFolder: string;
  signal: AbortSignal;
  /** Says what happens, for whoever waits. */
  onProgress?: (slot: string, text: string) => void;
  /** The ports that there are; those of this host unless told. */
  listPorts?: () => Promise<SerialPortFound[]>;
}

export interface PortMap extends MapVerdict {
  /** Ports that could not be listened to. */
  skipped: SkippedPort[];
}

const usualBaudRate = 115_200;
/** A board without a meter to prove it may live on its capacitors so long. */
const lastWordsMs = 500;
/** Longer than most things rest that speak by themselves. */
const quietMs = 2500;
const speaksAnyway =
  'speaks while every slot is off: something else hangs there, or its board has another supply';
const onlyFirmwareSpeaks =
  'nothing answered: on this port a board speaks only when it has firmware, as its loader is elsewhere';

/**
 * Finds out which port is whose: takes all slots of the station, proves them off, powers one at a time and sees what answers. Whatever happens, everything is
 * switched off in the end, by the guard if need be. Throws SLOT_BUSY when a run has one of the slots, CONFIG_INVALID for a slot that there is not, what
 * power throws when a slot cannot be proved off, LID_OPEN and the like where there is an operator's line, and the signal's reason.
 */
export async function mapPorts(options: MapPortsOptions): Promise<PortMap> {
  const { station, only, runtimeFolder, resultsFolder, onProgress = () => undefined } = options;
  const chosen = chosenSlots(station, only);
  const skipped: SkippedPort[] = [];
  const care = createStationCare({
    runtimeFolder,
    resultsFolder,
    onTrouble: (error) => onProgress(station.name, error.message),
  });
  try {
    const ready = await care.ready(station);
    const held = await openHeldSlots({ care, station, runtimeFolder, signal: options.signal });
    try {
      const interlock = await awaitOperator(station, ready.gpio, {
        signal: options.signal,
        onWait: (what) => onProgress(station.name, what),
      });
      try {
        const signal = AbortSignal.any([options.signal, interlock.cut]);
        signal.addEventListener('abort', () => held.makeSafe(), { once: true });
        const seen = await lookAtAll({ ...options, signal, chosen, held: held.slots, ready, skipped });
        return { ...judgePorts(seen), skipped };
      } finally {
        await interlock.close();
      }
    } finally {
      await held.release();
    }
  } finally {
    await care.close();
  }
}

interface Look extends MapPortsOptions {
  chosen: ReadonlySet<string>;
  held: readonly HeldSlot[];
  ready: ReadyStation;
  skipped: SkippedPort[];
}

async function lookAtAll(look: Look): Promise<SlotAnswers[]> {
  const { station, taken, ready, held, skipped, signal, listPorts = listSerialPorts } = look;
  for (const { power } of held) await power.off({ signal });
  const bench = ready.benchState;
  const find = bench ? async () => [] : listPorts;
  const candidates = await candidatePorts({ station, bench, taken, found: await find() });
  skipped.push(...candidates.skipped);
  const baudRate = station.slots.find(({ serial }) => serial)?.serial?.baudRate ?? usualBaudRate;
  const onSkipped = (port: SkippedPort) => void skipped.push(port);
  const ears = await openEars(candidates.ports, { baudRate, onSkipped });
  try {
    const noisy = await speakersInQuiet(ears, signal);
    skipped.push(...noisy.map(({ path }) => ({ path, why: speaksAnyway })));
    const seen: SlotAnswers[] = [];
    for (const slot of held) seen.push(...(await lookAtOne(slot, ears, { ...look, noisy, listPorts: find })));
    return seen;
  } finally {
    await ears.close();
  }
}

/** What speaks although no slot has power. One that speaks now and then, as a GPS receiver does, would be taken for the board that is silent in its time. */
async function speakersInQuiet(ears: PortEars, signal: AbortSignal): Promise<CandidatePort[]> {
  await pause(lastWordsMs, signal);
  ears.forget();
  await pause(quietMs, signal);
  return ears.speakers();
}

async function lookAtOne(
  held: HeldSlot,
  ears: PortEars,
  {
    chosen,
    skipped,
    noisy,
    ready,
    listPorts = listSerialPorts,
    onProgress,
    signal,
  }: Look & { noisy: readonly CandidatePort[] },
): Promise<SlotAnswers[]> {
  const { slot, power, overCurrent } = held;
  const { id, serial, bootDrive } = slot;
  const stop = AbortSignal.any([signal, overCurrent]);
  const look = async (
    key: MappedKey,
    written: string | undefined,
    find: () => Promise<SlotAnswers['answered']>,
  ): Promise<SlotAnswers[]> => {
    if (written === undefined) return [];
    const about = { slot: id, key, written };
    if (!chosen.has(id)) return [about];
    if (slot.power === undefined && slot.reset === undefined)
      return [{ ...about, answered: [], trouble: 'it has neither a power nor a reset line' }];
    onProgress?.(id, `power on, listening for its ${key === 'bootDrive' ? 'boot drive' : 'port'}`);
    try {
      const answered = (await find()) ?? [];
      onProgress?.(id, answered.map(({ path, how }) => `${path}: ${how}`).join('; ') || 'nothing answered');
      const blocked = skipped.find(({ path }) => path === written);
      const mute = key === 'serial.path' && needsFirmware(slot) ? onlyFirmwareSpeaks : undefined;
      const trouble = blocked ? `${written} ${blocked.why}` : mute;
      return [{ ...about, answered, ...(trouble !== undefined && { trouble }) }];
    } catch (thrown) {
      signal.throwIfAborted();
      const trouble = asRigError(thrown).message;
      onProgress?.(id, trouble);
      return [{ ...about, answered: [], trouble }];
    } finally {
      // Proved, before the next one gets power.
      await power.off();
    }
  };
  const bench = ready.benchState;
  const folders = new Map(
    bench ? Object.entries(bench.bootDrives) : bootDrive === undefined ? [] : [[bootDrive, bootDrive]],
  );
  return [
    ...(await look('serial.path', serial?.path, () =>
      findSlotPorts({ slot, power, ears, noisy, listPorts, signal: stop }),
    )),
    ...(await look('bootDrive', bootDrive, () =>
      findSlotDrives({ power, folders, onHost: bench === undefined, signal: stop }),
    )),
  ];
}

function chosenSlots({ name, slots }: Station, only: readonly string[] | undefined): Set<string> {
  const known = slots.filter(({ serial, bootDrive }) => serial ?? bootDrive).map(({ id }) => id);
  if (known.length === 0) {
    const what = `no slot of ${name} has a serial port or a boot drive, so there is nothing to map`;
    throw new RigError('CONFIG_INVALID', what);
  }
  for (const id of only ?? []) {
    if (known.includes(id)) continue;
    throw new RigError('CONFIG_INVALID', `${name} has no ${id} to map; it has ${known.join(', ')}`);
  }
  return new Set(only ?? known);
}
