import { lineName, type LineAddress } from '../gpio/line.js';
import type { CheckedFile } from './checked-file.js';
import type { Problem } from './problem.js';
import type { Partly, SlotFile, StationFile } from './rig-files.js';
import type { ValuePath } from './yaml-source.js';

type File = CheckedFile<StationFile>;

/** One thing of the host that only one slot, or one operator's panel, can have. */
interface Claim {
  file: File;
  path: ValuePath;
  /** What it is, the same text for the same thing. */
  thing: string;
  /** Whose it is: `power of slot1`. */
  owner: string;
  /** Two stations may have it when both claim it so. */
  shared?: true;
}

/**
 * No two slots of the rig, and no slot and operator's panel, may have one serial port, one meter input or one GPIO line. The same within a station is a
 * problem of its file; between two stations it concerns both, and is returned. Virtual stations have a host of their own. One emergency stop may stop several
 * stations: it is an input, and whoever presses it means them all.
 */
export function checkSharing(files: readonly File[]): Problem[] {
  const between: Problem[] = [];
  const claims = new Map<string, Claim>();
  for (const claim of files.flatMap(claimsOf)) {
    const key = `${claim.file.values.bench ?? 'hardware'} ${claim.thing}`;
    const first = claims.get(key);
    if (first === undefined) claims.set(key, claim);
    else if (claim.shared && first.shared && first.file !== claim.file) continue;
    else if (first.file === claim.file) claim.file.report(claim.path, conflict(claim, first, 'line'));
    else between.push(...betweenStations(claim, first));
  }
  return between;
}

function betweenStations(claim: Claim, first: Claim): Problem[] {
  const problem = claim.file.problemAt(claim.path, conflict(claim, first, `${first.file.name}.yaml line`));
  return [claim, first].map(({ file }) => ({ ...problem, station: file.name }));
}

function conflict(claim: Claim, first: Claim, where: string): string {
  const line = first.file.lineOf(first.path);
  return `${claim.thing} is already the ${first.owner} (${where} ${line}); give the ${claim.owner} one of its own`;
}

function claimsOf(file: File): Claim[] {
  const ofOperator = operatorLines.flatMap(({ key, role, shared }): Claim[] => {
    const { chip, line } = file.values.operator?.[key] ?? {};
    if (chip === undefined || line === undefined) return [];
    const claim = {
      file,
      path: ['operator', key],
      thing: lineThing(chip, line),
      owner: `${role} of ${file.name}`,
    };
    return [{ ...claim, ...(shared && { shared }) }];
  });
  const ofSlots = (file.values.slots ?? []).flatMap((slot, index) => {
    const slotName = slot?.id ?? `slots[${index}]`;
    return thingsOf(slot ?? {}).map(({ path, thing, role }): Claim => {
      return { file, path: ['slots', index, ...path], thing, owner: `${role} of ${slotName}` };
    });
  });
  return [...ofOperator, ...ofSlots];
}

const operatorLines: readonly {
  key: 'lid' | 'emergencyStop' | 'start' | 'buzzer';
  role: string;
  shared?: true;
}[] = [
  { key: 'lid', role: 'lid' },
  { key: 'emergencyStop', role: 'emergency stop', shared: true },
  { key: 'start', role: 'start button' },
  { key: 'buzzer', role: 'buzzer' },
];

function lineThing(chip: string, line: number): string {
  return `GPIO line ${lineName({ chip, line })}`;
}

function thingsOf(slot: Partly<SlotFile>): { path: ValuePath; thing: string; role: string }[] {
  const { serial, power, boot, reset, lamps, meter, bootDrive, network } = slot;
  const lines: [ValuePath, Partly<LineAddress> | undefined, string][] = [
    [['power'], power, 'power line'],
    [['boot'], boot, 'boot line'],
    [['reset'], reset, 'reset line'],
    [['lamps', 'pass'], lamps?.pass, 'pass lamp'],
    [['lamps', 'fail'], lamps?.fail, 'fail lamp'],
    [['lamps', 'busy'], lamps?.busy, 'busy lamp'],
  ];
  const things = lines.flatMap(([path, line, role]) => {
    if (line?.chip === undefined || line.line === undefined) return [];
    return [{ path, thing: lineThing(line.chip, line.line), role }];
  });
  const port = serial?.path;
  if (port !== undefined)
    things.push({ path: ['serial', 'path'], thing: `port ${port}`, role: 'serial port' });
  if (bootDrive !== undefined)
    things.push({ path: ['bootDrive'], thing: `boot drive ${bootDrive}`, role: 'boot drive' });
  if (network?.host !== undefined)
    things.push({ path: ['network', 'host'], thing: `address ${network.host}`, role: 'address' });
  const { http } = power ?? {};
  // A reset of an adapter switches off and on what hangs there: a board that is being flashed, or that has to stay without power.
  const hubPorts = [
    { path: ['power'], at: power, role: 'power port' },
    { path: ['serial', 'hubPort'], at: serial?.hubPort, role: 'adapter’s hub port' },
  ];
  for (const { path, at, role } of hubPorts) {
    if (at?.hub !== undefined && at.port !== undefined)
      things.push({ path, thing: `USB hub ${at.hub} port ${at.port}`, role });
  }
  if (http?.on?.url !== undefined)
    things.push({ path: ['power', 'http'], thing: `outlet ${http.on.url}`, role: 'power outlet' });
  const instrument = meter?.hwmon ?? meter?.iio ?? meter?.scpi?.host;
  if (instrument !== undefined && meter?.volts !== undefined) {
    const thing = `meter input ${instrument}/${meter.volts}`;
    things.push({ path: ['meter'], thing, role: 'meter' });
  }
  return things;
}
