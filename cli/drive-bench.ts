import { setTimeout as delay } from 'node:timers/promises';
import { RigError } from '../core/errors.js';
import type { Operator, Station } from '../rigs/types.js';
import { askBench, findAnyBench, type BenchLine, type BenchPlaces } from './running-bench.js';

/** Words for what a person does to an input, and the logical values that the line takes one after the other. */
const deeds = {
  lid: { open: [false], closed: [true] },
  emergencyStop: { pressed: [true], released: [false], press: [true, false] },
  start: { pressed: [true], released: [false], press: [true, false] },
} as const satisfies Record<string, Record<string, readonly boolean[]>>;

type Input = keyof typeof deeds;

/** A finger's; longer where the station waits longer for a button that bounces. */
const shortestPressMs = 200;

/**
 * `rig bench <station> --drive lid=open`: does what a person would do to the inputs of the bench that runs, one after the other: `lid=open|closed`,
 * `emergencyStop=pressed|released|press`, `start=…`, or any input by its place: `pinctrl-bcm2711/17=0|1`. `press` lets go again. Throws CONFIG_INVALID
 * for what the station does not have, LINE_BUSY for an output of the host, BENCH_FAILED when no bench runs.
 */
export async function driveBench(
  station: Pick<Station, 'name' | 'operator'>,
  drives: readonly string[],
  places: BenchPlaces,
): Promise<DriveDone[]> {
  const { socketPath } = await findAnyBench(station.name, places);
  const known = await askBench<BenchLine[]>(socketPath, 'lines');
  // All are understood before the first moves.
  const plans = drives.map((text) => planOf(text, known, station));
  const done: DriveDone[] = [];
  for (const { text, line, levels, pressMs } of plans) {
    for (const [index, level] of levels.entries()) {
      if (index > 0) await delay(pressMs);
      await askBench(socketPath, 'line.drive', { chip: line.chip, line: line.line, level });
    }
    done.push({ drive: text, line: `${line.chip}/${line.line}`, level: levels.at(-1) ?? line.level });
  }
  return done;
}

/** An input that was driven, and the level at which it is now. */
export interface DriveDone {
  /** As it was asked for. */
  drive: string;
  line: string;
  level: 0 | 1;
}

/** What a person reads of inputs that were driven. */
export function driveText(done: readonly DriveDone[]): string {
  return done.map(({ drive, line, level }) => `${drive} (${line} is ${level})\n`).join('');
}

interface Drive {
  text: string;
  line: BenchLine;
  levels: (0 | 1)[];
  pressMs: number;
}

function planOf(
  text: string,
  known: readonly BenchLine[],
  station: Pick<Station, 'name' | 'operator'>,
): Drive {
  const { name = '', value = '' } = /^(?<name>.*)=(?<value>.*)$/.exec(text)?.groups ?? {};
  const pressMs = Math.max(shortestPressMs, 3 * debounceOf(name, station.operator));
  if (isInput(name)) {
    const line = known.find(({ use }) => use.split(', ').includes(name));
    const values: readonly boolean[] | undefined = new Map(Object.entries(deeds[name])).get(value);
    if (line === undefined) throw invalid(text, `the bench of ${station.name} has no ${name}`);
    if (values === undefined) throw invalid(text, `${name} can be ${Object.keys(deeds[name]).join(', ')}`);
    return { text, line, levels: values.map((active) => levelFor(line, active)), pressMs };
  }
  const line = known.find((each) => `${each.chip}/${each.line}` === name);
  if (line === undefined) {
    const inputs = known.filter(({ direction }) => direction === 'in');
    const places = inputs.map((each) => `${each.chip}/${each.line}`).join(', ');
    throw invalid(text, `there are ${Object.keys(deeds).join(', ')}, and the inputs ${places}`);
  }
  if (value !== '0' && value !== '1') throw invalid(text, `a line can be 0 or 1`);
  return { text, line, levels: [value === '1' ? 1 : 0], pressMs };
}

function isInput(name: string): name is Input {
  return Object.hasOwn(deeds, name);
}

function debounceOf(name: string, operator: Operator = { waitSeconds: 0 }): number {
  return isInput(name) ? (operator[name]?.debounceMs ?? 0) : 0;
}

/** The report holds level and value, and so the line's polarity. */
function levelFor({ level, active: isActive }: BenchLine, active: boolean): 0 | 1 {
  if (active === isActive) return level;
  return level === 1 ? 0 : 1;
}

function invalid(text: string, why: string): RigError {
  return new RigError('CONFIG_INVALID', `--drive ${text}: ${why}`);
}
