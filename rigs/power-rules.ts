import type { OutputAddress } from '../gpio/output.js';
import type { MeterOptions } from '../drivers/meter/meter.js';
import type { CheckedFile } from './checked-file.js';
import { patternProblem } from './pattern-rule.js';
import type { MeterFile, PowerFile, StationFile } from './rig-files.js';

type File = CheckedFile<StationFile>;

const waysOfPower = [['chip', 'line'], ['hub', 'port'], ['http']] as const;
const waysToMeasure = ['hwmon', 'iio', 'scpi'] as const;

/** A slot is switched in one way and measured in one way; each names all that its way needs. */
export function checkPower(file: File, env: NodeJS.ProcessEnv): void {
  for (const index of (file.values.slots ?? []).keys()) {
    checkSwitch(file, index);
    checkMeter(file, index);
    checkSecret(file, index, env);
    checkAnswers(file, index);
  }
}

/** The keys that stand in the group, also those whose value was refused: one mistake is enough to report. */
function keysOf(file: File, index: number, group: 'power' | 'meter'): ReadonlySet<string> {
  const at = `slots[${index}].${group}.`;
  const refused = file.problems.flatMap(({ path }) =>
    path.startsWith(at) ? (path.slice(at.length).split('.')[0] ?? '') : [],
  );
  const kept = Object.entries(file.values.slots?.[index]?.[group] ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : key,
  );
  return new Set([...kept, ...refused]);
}

function checkSwitch(file: File, index: number): void {
  if (file.values.slots?.[index]?.power === undefined) return;
  const at = ['slots', index, 'power'];
  const keys = keysOf(file, index, 'power');
  const ways = waysOfPower.filter((way) => way.some((key) => keys.has(key)));
  const [way] = ways;
  if (way === undefined || ways.length > 1) {
    file.report(at, 'names one of three: `chip` and `line`, `hub` and `port`, or `http`');
    return;
  }
  for (const key of way) {
    if (keys.has(key)) continue;
    const example =
      key === 'line' ? '17' : key === 'port' ? '3' : key === 'hub' ? '1-1.2' : 'pinctrl-bcm2711';
    file.report([...at, key], `is missing; for example ${key}: ${example}`);
  }
  if (way[0] !== 'chip' && file.isWritten([...at, 'activeLow']))
    file.report([...at, 'activeLow'], 'belongs to a GPIO line; take it out', 'key');
}

function checkMeter(file: File, index: number): void {
  if (file.values.slots?.[index]?.meter === undefined) return;
  const keys = keysOf(file, index, 'meter');
  if (waysToMeasure.filter((way) => keys.has(way)).length === 1) return;
  file.report(['slots', index, 'meter'], 'names one of three: `hwmon`, `iio` or `scpi`');
}

function checkSecret(file: File, index: number, env: NodeJS.ProcessEnv): void {
  const name = file.values.slots?.[index]?.power?.http?.passwordEnv;
  if (name === undefined || env[name] !== undefined) return;
  const what = `the environment has no ${name}; set it before the run: export ${name}=…`;
  file.report(['slots', index, 'power', 'http', 'passwordEnv'], what);
}

/** What an outlet answers has to tell on from off. */
function checkAnswers(file: File, index: number): void {
  const read = file.values.slots?.[index]?.power?.http?.read;
  for (const key of ['active', 'inactive'] as const) {
    const problem = read?.[key] === undefined ? undefined : patternProblem(read[key]);
    if (problem) file.report(['slots', index, 'power', 'http', 'read', key], problem);
  }
}

/** The address that a checked file means. A missing part is a defect of the rules above, and throws. */
export function outputAddress(power: PowerFile, env: NodeJS.ProcessEnv): OutputAddress {
  const { chip, line, activeLow, hub, port, http } = power;
  if (http !== undefined) {
    const { passwordEnv, ...rest } = http;
    const password = passwordEnv === undefined ? undefined : env[passwordEnv];
    return { http: { ...rest, ...(password !== undefined && { password }) } };
  }
  if (hub !== undefined && port !== undefined) return { hub, port };
  if (chip === undefined || line === undefined)
    throw new Error('a power switch without an address was let through');
  return { chip, line, ...(activeLow !== undefined && { activeLow }) };
}

/** As `outputAddress`. */
export function meterOptions({ hwmon, iio, scpi, volts, amps }: MeterFile): MeterOptions {
  const channels = { volts, ...(amps !== undefined && { amps }) };
  if (hwmon !== undefined) return { hwmon, ...channels };
  if (iio !== undefined) return { iio, ...channels };
  if (scpi !== undefined) return { scpi, ...channels };
  throw new Error('a meter without an address was let through');
}
