import type { FactoryCommand, WifiAuth } from './factory-app.js';

const commands: readonly FactoryCommand[] = [
  'help',
  'info',
  'wifi scan',
  'wifi connect',
  'wifi status',
  'mem',
  'sensor',
  'reboot',
];
const auths: readonly WifiAuth[] = ['OPEN', 'WPA2_PSK', 'WPA2_WPA3_PSK', 'WPA3_PSK'];

/** Tells whether a value is what a field may hold; `is` completes "expected …". */
interface Rule {
  is: string;
  holds: (value: unknown) => boolean;
}

type Rules = Record<string, Rule>;

const line: Rule = {
  is: 'a line of text without line ends',
  holds: (value) => typeof value === 'string' && !/[\r\n]/.test(value),
};
const bytes: Rule = {
  is: 'a whole number from 0',
  holds: (value) => Number.isInteger(value) && Number(value) >= 0,
};
const milliseconds: Rule = {
  is: 'a number of milliseconds from 0',
  holds: (value) => isNumber(value) && value >= 0,
};
const reading: Rule = {
  is: '{ typical, spread } with a spread from 0',
  holds: (value) => isRecord(value) && isNumber(value.typical) && isNumber(value.spread) && value.spread >= 0,
};

const programRules: Rules = {
  format: { is: '1', holds: (value) => value === 1 },
  project: {
    is: '1 to 31 characters of ASCII',
    holds: (value) => typeof value === 'string' && /^[\x20-\x7e]{1,31}$/.test(value),
  },
  bootLines: { is: 'a list of lines', holds: (value) => Array.isArray(value) && value.every(line.holds) },
  ready: { is: 'a line of text that is not empty', holds: (value) => line.holds(value) && value !== '' },
  readyAfterMs: milliseconds,
  commands: {
    is: `a list of ${commands.join(', ')}`,
    holds: (value) =>
      Array.isArray(value) && value.every((name) => commands.includes(name as FactoryCommand)),
  },
};

const memoryRules: Rules = {
  heapFreeBytes: bytes,
  heapMinFreeBytes: bytes,
  psramBytes: bytes,
  flashTest: { is: 'ok or failed', holds: (value) => value === 'ok' || value === 'failed' },
};

const wifiRules: Rules = {
  networks: { is: 'a list', holds: Array.isArray },
  scanMs: milliseconds,
  joinMs: milliseconds,
};

const networkRules: Rules = {
  ssid: { is: '1 to 32 bytes', holds: (value) => typeof value === 'string' && sizeIn(value, 1, 32) },
  channel: {
    is: '1 to 14',
    holds: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 14,
  },
  rssiDbm: reading,
  auth: { is: `one of ${auths.join(', ')}`, holds: (value) => auths.includes(value as WifiAuth) },
};

const joinRules: Rules = {
  passphrase: { is: 'text', holds: (value) => typeof value === 'string' },
  ip: {
    is: 'four numbers with dots',
    holds: (value) => typeof value === 'string' && /^\d+(\.\d+){3}$/.test(value),
  },
};

const sensorRules: Rules = {
  temperatureCelsius: reading,
  humidityPercent: reading,
  supplyMillivolts: reading,
};

/** What is wrong with a program, each with its place; empty when it can be run. */
export function programProblems(program: unknown): string[] {
  const problems = breaches('program', program, programRules);
  if (!isRecord(program)) return problems;
  problems.push(
    ...breaches('memory', program.memory, memoryRules),
    ...breaches('wifi', program.wifi, wifiRules),
  );
  if (program.sensor !== undefined) problems.push(...breaches('sensor', program.sensor, sensorRules));
  if (!isRecord(program.wifi) || !Array.isArray(program.wifi.networks)) return problems;
  const networks: unknown[] = program.wifi.networks;
  networks.forEach((network, index) =>
    problems.push(...breaches(`wifi.networks[${index}]`, network, networkRules)),
  );
  const { join } = program.wifi;
  if (join === undefined) return problems;
  problems.push(...breaches('wifi.join', join, joinRules));
  if (!isRecord(join) || !networks.some((network) => isRecord(network) && network.ssid === join.ssid)) {
    problems.push('wifi.join.ssid is not among wifi.networks');
  }
  return problems;
}

function breaches(place: string, value: unknown, rules: Rules): string[] {
  if (!isRecord(value)) return [`${place} is missing or not an object`];
  return Object.entries(rules)
    .filter(([field, rule]) => !rule.holds(value[field]))
    .map(([field, rule]) => `${place}.${field} is ${JSON.stringify(value[field])}, expected ${rule.is}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function sizeIn(text: string, least: number, most: number): boolean {
  const size = Buffer.byteLength(text);
  return size >= least && size <= most;
}
