import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RigError } from '../../core/errors.js';
import { hasErrno, replaceFile } from '../../core/files.js';
import type { Outcome } from '../../core/outcome.js';
import type { AttemptRecord, SelftestRecord } from '../../core/record.js';
import type { Station } from '../../rigs/types.js';

/** What the last self-test of a slot said; a file beside the runs, so that no journal has to be searched. */
interface Fitness {
  attemptId: string;
  endedAt: string;
  outcome: Outcome;
  nest?: NonNullable<SelftestRecord['nest']>;
  /** Of what the slot hung on then: a slot that is wired otherwise since is another one. */
  wiring: string;
}

type Wired = Pick<Station, 'name' | 'bench' | 'gpio' | 'slots'>;

const hourMs = 3_600_000;
const remedyFor = (station: string) =>
  `empty the nests, or put golden units in, and run: npx playwright test --project=${station} rig-selftest`;

/** Keeps what a self-test has proved of its slot; does nothing for other attempts. `results` is the folder of all runs. */
export async function noteFitness(results: string, station: Wired, record: AttemptRecord): Promise<void> {
  if (record.proof !== 'rig') return;
  const { attemptId, endedAt, outcome, selftest } = record;
  const wiring = wiringOf(station, record.slot);
  const { nest } = selftest ?? {};
  const fitness: Fitness = { attemptId, endedAt, outcome, wiring, ...(nest && { nest }) };
  await mkdir(folderOf(results), { recursive: true });
  await replaceFile(fileOf(results, record.station, record.slot), `${JSON.stringify(fitness)}\n`);
}

/** Who wants to use a slot, and for what. */
export interface FitnessQuestion {
  /** The folder of all runs. */
  results: string;
  station: Wired & Pick<Station, 'selftest' | 'file'>;
  slot: string;
  /** `release` unless told. A self-test, and a look at what is in the slot, need no fitness. */
  proof?: AttemptRecord['proof'] | undefined;
  now?: Date;
}

/** Throws SELFTEST_DUE where the station asks for a self-test, unless the slot's last one passed and is not older than that. */
export async function requireFitness(question: FitnessQuestion): Promise<void> {
  const { results, station, slot, proof = 'release', now = new Date() } = question;
  const { name, selftest: { maxAgeHours } = {} } = station;
  if (maxAgeHours === undefined || proof === 'rig' || proof === 'identity') return;
  const due = (why: string) => new RigError('SELFTEST_DUE', `${name} ${slot} ${why}; ${remedyFor(name)}`);
  const last = await readFitness(fileOf(results, name, slot));
  if (last === undefined) throw due('has no self-test on record');
  if (last.outcome !== 'pass')
    throw due(`did not pass its last self-test (${last.attemptId}: ${last.outcome})`);
  if (last.wiring !== wiringOf(station, slot))
    throw due(`is wired otherwise by ${station.file} than at its last self-test (${last.attemptId})`);
  const ageHours = (now.getTime() - Date.parse(last.endedAt)) / hourMs;
  // A clock that was set back, or a damaged file, proves nothing either.
  if (ageHours >= 0 && ageHours <= maxAgeHours) return;
  throw due(`had its last self-test at ${last.endedAt}, which is not within the last ${maxAgeHours} h`);
}

async function readFitness(file: string): Promise<Fitness | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Fitness;
  } catch (thrown) {
    if (hasErrno(thrown, 'ENOENT')) return undefined;
    return { attemptId: file, endedAt: '', outcome: 'error', wiring: '' };
  }
}

/** Names the ports, lines and meter of a slot as its file has them, in whatever order. */
function wiringOf({ bench, gpio, slots }: Wired, id: string): string {
  const { serial, bootDrive, network, power, boot, reset, lamps, meter } =
    slots.find((slot) => slot.id === id) ?? {};
  const wiring = { bench, gpio, serial, bootDrive, network, power, boot, reset, lamps, meter };
  return createHash('sha256').update(JSON.stringify(wiring, sorted)).digest('hex');
}

function sorted(_key: string, value: unknown): unknown {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isGroup
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;
}

function folderOf(results: string): string {
  return join(results, '.fitness');
}

function fileOf(results: string, station: string, slot: string): string {
  return join(folderOf(results), `${station}.${slot}.json`);
}
