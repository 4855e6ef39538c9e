import { RigError } from '../core/errors.js';
import type { MeterOptions } from '../drivers/meter/meter.js';
import type { NetworkAddress } from '../drivers/network/network-address.js';
import type { LineAddress } from '../gpio/line.js';
import type { HttpCall, HttpSwitchAddress, HubPortAddress, OutputAddress } from '../gpio/output.js';
import { placePorts, type PortPlace } from './bench-shuffle.js';
import { boardMac, type BenchDeal, type BenchSwaps } from './bench-swaps.js';
import type { FaultKind } from './faults.js';
import type { Operator, Slot, SlotSerial, Station } from './types.js';

/** What the virtual bench is told when it starts: one station's outside world. Plain JSON. */
export interface BenchPlan {
  station: string;
  /** Unix socket on which the bench serves GPIO and its own state. */
  socketPath: string;
  /** Folder of the bench for hwmon-shaped files and its log; made by the bench. */
  folder: string;
  slots: BenchSlot[];
  /** The lines between the station and its operator. */
  operator?: BenchOperator;
  /** Seed by which the ports were shuffled. */
  shuffle?: string;
  /** Set when the virtual operator swaps the boards of finished units by itself. */
  swaps?: BenchSwaps;
  /** For boards that come in later; they have no faults unless told. */
  deal?: BenchDeal;
  /** Whose lines the boards hang on: the bench's own, which it serves on its socket, or the kernel's, which it watches. */
  lines: 'own' | 'kernel';
  /** True when a person started it: boards on own lines are powered and strapped into their loader until something drives the slot's lines. */
  byHand: boolean;
}

/** What an operator sees and touches: the lid starts closed, stop and start released. */
export type BenchOperator = Partial<Record<'lid' | 'emergencyStop' | 'start' | 'buzzer', LineAddress>>;

export interface BenchSlot {
  slot: string;
  chip: string;
  flashSizeBytes: number;
  mac: string;
  consoleBaudRate: number;
  /** Set for a device on the network: the bench gives it an address of its own, with these credentials. */
  network?: Pick<NetworkAddress, 'user' | 'password'>;
  /** True for a board that shows a boot drive. */
  hasBootDrive?: boolean;
  /** Where the host finds its port and drive. */
  at?: PortPlace;
  power?: LineAddress;
  boot?: LineAddress;
  reset?: LineAddress;
  lamps: LineAddress[];
  /** The lamps that show a result, where the slot has both. */
  result?: { pass: LineAddress; fail: LineAddress; busy?: LineAddress };
  /** The slot's supply at full height, in V; 5 unless told. */
  railVolts?: number;
  /** The slot's meter, as the station file names it. */
  meter?: MeterOptions;
  /** Set for a slot that is switched over HTTP: the bench has a relay that moves the slot's power line. */
  relay?: HttpSwitchAddress['http'];
  /** The faults that this board has: slots and probabilities are already decided. */
  faults: FaultKind[];
}

/** What the bench answers when it is ready: where the slots' resources are. */
export interface BenchState {
  station: string;
  pid: number;
  socketPath: string;
  slots: Record<string, BenchPorts>;
  /** The serial ports that there are, by the path at which station files find them: where ports are shuffled, not that of the board's own slot. */
  serialPorts: Record<string, string>;
  /** The folders of boot drives, as `serialPorts`. */
  bootDrives: Record<string, string>;
  /** The relays on the network, by the origin that station files have: `http://192.168.40.9`. */
  relays: Record<string, string>;
  /** Seed by which the ports are shuffled; undefined when they are where the station file says. */
  shuffle?: string;
}

export interface BenchPorts {
  /** The pseudo-terminal, e.g. `/dev/pts/4`. */
  serialPath: string;
  /** `127.0.0.1:port` of the RFC 2217 port. */
  rfc2217: string;
  /** The folder at which the boot drive appears. */
  drive?: string;
  /** Where the device on the network answers. */
  network?: Pick<NetworkAddress, 'host' | 'ports'>;
  /** Folder with the meter's files, for slots with a meter of that kind. */
  hwmon?: string;
  iio?: string;
  /** The instrument, for slots that are measured over the network. */
  scpi?: { host: string; port: number };
}

/**
 * The slot with the bench's ports in place of the hardware's; lines keep their names and are reached through the bench's socket. Ports
 * and drives are looked up by their path, as a host does. Throws PORT_NOT_FOUND for a path at which this bench has nothing.
 */
export function slotOnBench(slot: Slot, state: BenchState): Slot {
  const ports = state.slots[slot.id];
  if (ports === undefined) throw new Error(`the bench of ${state.station} has no ${slot.id}`);
  const { serial, bootDrive } = slot;
  const find = (path: string, paths: Record<string, string>, what: string): string => {
    const found = paths[path];
    if (found !== undefined) return found;
    const known = Object.keys(paths).join(', ') || 'none';
    const why = `${slot.id}: the bench of ${state.station} has no ${what} at ${path}; it has ${known}`;
    throw new RigError('PORT_NOT_FOUND', why);
  };
  return {
    ...slot,
    ...(serial && { serial: serialOnBench(serial, find(serial.path, state.serialPorts, 'serial port')) }),
    ...(bootDrive !== undefined && { bootDrive: find(bootDrive, state.bootDrives, 'boot drive') }),
    ...(slot.network && ports.network && { network: networkOnBench(slot.network, ports.network) }),
    ...(slot.meter && { meter: meterOnBench(slot.meter, ports) }),
    ...(slot.power && { power: powerOnBench(slot.power, state.relays) }),
  };
}

/** A device keeps the name that the station file has for it, wherever this bench has put it. */
function networkOnBench(
  network: NetworkAddress,
  place: Pick<NetworkAddress, 'host' | 'ports'>,
): NetworkAddress {
  return { ...network, ...place, knownAs: network.host };
}

function meterOnBench(meter: MeterOptions, { hwmon, iio, scpi }: BenchPorts): MeterOptions {
  if ('hwmon' in meter) return { ...meter, ...(hwmon !== undefined && { hwmon }) };
  if ('iio' in meter) return { ...meter, ...(iio !== undefined && { iio }) };
  return { ...meter, ...(scpi && { scpi }) };
}

/** A relay over HTTP has its own server on the bench; whatever else switches a slot is a line there. */
function powerOnBench(power: OutputAddress, relays: Record<string, string>): OutputAddress {
  if (!('http' in power)) return benchLine(power);
  const { on, off, read, ...rest } = power.http;
  const moved = <Call extends HttpCall>(call: Call): Call => {
    const { origin, pathname, search } = new URL(call.url);
    return { ...call, url: `${relays[origin] ?? origin}${pathname}${search}` };
  };
  return { http: { ...rest, on: moved(on), off: moved(off), read: moved(read) } };
}

/** The bench's plan for a station: one virtual board a slot, MACs from the slot's position, faults dealt by the seed. */
export function benchPlan(
  station: Station,
  where: Pick<BenchPlan, 'socketPath' | 'folder' | 'byHand' | 'shuffle' | 'swaps'>,
  deal: (slot: Slot, unit: number) => FaultKind[],
): BenchPlan {
  const places = placePorts(station.slots, where.shuffle);
  const slots = station.slots.map((slot, index): BenchSlot => {
    const { power, boot, reset, lamps, meter, network, serial } = slot;
    return {
      slot: slot.id,
      at: places.get(slot.id) ?? {},
      chip: slot.board.chip,
      flashSizeBytes: slot.board.flash.sizeBytes,
      mac: boardMac(station.name, index),
      consoleBaudRate: serial?.baudRate ?? 115_200,
      lamps: [lamps.pass, lamps.fail, lamps.busy].filter((line) => line !== undefined),
      faults: deal(slot, index + 1),
      railVolts: railAbove(slot.board.supply.onVolts),
      ...(network && { network: credentialsOf(network) }),
      ...(slot.bootDrive !== undefined && { hasBootDrive: true }),
      ...(power && { power: powerLine(power, station.slots) }),
      ...(power && 'http' in power && { relay: power.http }),
      ...(boot && { boot }),
      ...(reset && { reset }),
      ...(meter && { meter }),
      ...resultLamps(lamps),
    };
  });
  const operator = station.operator && operatorLines(station.operator);
  const lines = station.gpio ? 'kernel' : 'own';
  const { seed, faults } = station;
  return {
    station: station.name,
    slots,
    ...(operator && { operator }),
    lines,
    deal: { seed, faults },
    ...where,
  };
}

/** With one of the two alone nobody can tell a result from a slot that is busy. */
function resultLamps({ pass, fail, busy }: Slot['lamps']): Pick<BenchSlot, 'result'> {
  return pass && fail ? { result: { pass, fail, ...(busy && { busy }) } } : {};
}

function operatorLines({ lid, emergencyStop, start, buzzer }: Operator): BenchOperator {
  return {
    ...(lid && { lid: lineOf(lid) }),
    ...(emergencyStop && { emergencyStop: lineOf(emergencyStop) }),
    ...(start && { start: lineOf(start) }),
    ...(buzzer && { buzzer }),
  };
}

/** An input without what the host does about its bouncing. */
function lineOf({ chip, line, activeLow }: LineAddress): LineAddress {
  return { chip, line, ...(activeLow !== undefined && { activeLow }) };
}

/** A pseudo-terminal hangs on no hub by which it could be reset. */
function serialOnBench({ hubPort: _, ...serial }: SlotSerial, path: string): SlotSerial {
  return { ...serial, path };
}

/** What hangs on a port of a hub is on a chip with the hub's name. */
function benchLine(address: LineAddress | HubPortAddress): LineAddress {
  return 'hub' in address ? { chip: `usb ${address.hub}`, line: address.port } : address;
}

/** The line that switches a slot on the bench. An outlet's is on a chip with its relay's name, in the order of the slots. */
function powerLine(power: OutputAddress, slots: readonly Slot[]): LineAddress {
  if (!('http' in power)) return benchLine(power);
  const { host } = new URL(power.http.on.url);
  const outlets = slots.flatMap((slot) => (slot.power && 'http' in slot.power ? slot.power : []));
  const ofHost = outlets.filter(({ http }) => new URL(http.on.url).host === host);
  return { chip: `relay ${host}`, line: ofHost.findIndex((outlet) => outlet === power) };
}

function credentialsOf({ user, password }: NetworkAddress): NonNullable<BenchSlot['network']> {
  return { ...(user !== undefined && { user }), ...(password !== undefined && { password }) };
}

const usualRailVolts = [1.8, 3.3, 5, 12, 24, 48];

/** The lowest usual rail that counts as risen where this much does. */
function railAbove(onVolts: number): number {
  return usualRailVolts.find((volts) => volts > onVolts) ?? onVolts * 1.05;
}

/** The seed in the environment, RIG_BENCH_SHUFFLE, by which a bench that starts now shuffles its ports: any text; empty is none. */
export function shuffleIn(env: NodeJS.ProcessEnv): Pick<BenchPlan, 'shuffle'> {
  const seed = env['RIG_BENCH_SHUFFLE']?.trim() ?? '';
  return seed === '' ? {} : { shuffle: seed };
}
