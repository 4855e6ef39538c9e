import type { Problem } from '../problem.js';
import type { Board, Release, Slot, Station } from '../types.js';
import type { BatchDraft, PlaceDraft } from './draft.js';
import type { Placed } from './place-units.js';
import { defined } from './defined.js';
import type { Said } from './said.js';

/** A device has to take the connection within so long, in ms. */
const connectMs = 20_000;

/**
 * The station of a batch that only runs commands: its devices are no boards of the rig and get no firmware, so that neither a board file nor a release says anything
 * of them.
 */
export function jobStation(
  draft: BatchDraft,
  env: NodeJS.ProcessEnv,
  taken: readonly string[],
): { station?: Station; places: Map<PlaceDraft, Placed>; problems: Problem[] } {
  const found = new Map<PlaceDraft, Placed>();
  const problems = notForJobs(draft);
  const [first] = draft.places ?? [];
  if (first === undefined) return { places: found, problems };
  const name = taken.includes('targets') ? `targets-${taken.length}` : 'targets';
  const { file } = first.at.problem('');
  const slots = (draft.places ?? []).flatMap((place, index): Slot[] => {
    const slot = slotOf(place, index, file, env);
    if (!('id' in slot)) {
      problems.push(slot);
      return [];
    }
    found.set(place, { station: name, slot: slot.id });
    return [slot];
  });
  const twice = slots.findIndex(({ network }, index) => {
    return slots.findIndex((other) => sameDevice(other, network)) !== index;
  });
  const repeated = draft.places?.[twice];
  if (repeated !== undefined)
    problems.push(repeated.at.problem('stands twice in the list; each unit is a device of its own'));
  const station: Station = {
    name,
    ...(draft.bench && { bench: 'virtual' }),
    ...(draft.bench === undefined && { gpio: 'onoff' }),
    programme: ['job'],
    powerOn: { staggerMs: 0, settleMs: 0, switchingAtOnce: Math.max(1, slots.length) },
    limits: { flashesAtOnce: Math.max(1, slots.length), rigErrorsInARow: 3 },
    slots,
    faults: [],
    seed: 1,
    file,
  };
  return { station, places: found, problems };
}

function sameDevice({ network: one }: Slot, other: Slot['network']): boolean {
  return one?.host === other?.host && one?.ports.ssh === other?.ports.ssh;
}

function slotOf(place: PlaceDraft, index: number, file: string, env: NodeJS.ProcessEnv): Slot | Problem {
  const { value } = place.at;
  if (!('network' in value))
    return place.at.problem('is no host, and commands are run over SSH; name the host');
  const { host, ports, user, passwordEnv } = value.network;
  const password = passwordEnv === undefined ? undefined : env[passwordEnv];
  if (passwordEnv !== undefined && password === undefined)
    return place.at.problem(
      `the environment has no ${passwordEnv}; set it before the run: export ${passwordEnv}=…`,
    );
  return {
    id: `slot${index + 1}`,
    lamps: {},
    network: {
      host,
      ports: { http: 80, ota: 3232, ssh: 22, console: 23, ...ports },
      ...defined({ user, password }),
    },
    board: deviceBoard(file),
    release: noRelease(file),
  };
}

/** Firmware and its checks have nothing to do with commands. */
function notForJobs({ board, firmware, boardPatches }: BatchDraft): Problem[] {
  const said: (Said<unknown> | undefined)[] = [board, firmware, boardPatches[0]?.from];
  return said.flatMap(
    (each) => each?.problem('stands beside commands, which are run in place of firmware; leave it out') ?? [],
  );
}

function deviceBoard(file: string): Board {
  return {
    name: 'ssh-device',
    chip: 'linux',
    flash: { driver: 'command', sizeBytes: 0x100_0000, baudRate: 921_600 },
    console: { over: 'ssh' },
    supply: { onVolts: 4.75, offVolts: 0.5, riseMs: 1000, fallMs: 2000, inrushMs: 50 },
    preflight: [],
    backup: 'none',
    rollbackOnFailure: false,
    recovery: {
      attempts: 1,
      fallbackAttempts: 1,
      firstDelayMs: 500,
      factor: 2,
      maxDelayMs: 10_000,
      jitter: 0.2,
      powerCycle: false,
      baudRates: [],
    },
    thresholds: {},
    boot: { version: '(?<version>.+)', ready: '.', timeoutMs: connectMs },
    checks: [],
    file,
  };
}

function noRelease(file: string): Release {
  return {
    name: 'none',
    version: 'none',
    chip: 'linux',
    write: 'all',
    images: [],
    sha256: '0'.repeat(64),
    file,
  };
}
