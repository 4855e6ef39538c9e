import type { FactoryCommand } from '../../firmware/factory-app.js';
import { AppReset, type AppContext } from './app-context.js';
import { valueOnBoard } from './lot.js';
import { createWifi } from './wifi.js';

/** Answers a command by printing; returns the reason when it failed. */
export type Command = (args: string) => Promise<string | undefined> | string | undefined;

/** The commands of the factory test firmware, of which a program may have some. */
export function commandsOf(app: AppContext): Record<FactoryCommand, Command> {
  const wifi = createWifi(app);
  return {
    help: () => help(app),
    info: () => info(app),
    'wifi scan': wifi.scan,
    'wifi connect': wifi.connect,
    'wifi status': wifi.status,
    mem: () => memory(app),
    sensor: () => sensor(app),
    reboot: () => reboot(app),
  };
}

const helpTexts: Record<FactoryCommand, string> = {
  help: 'this list',
  info: 'project, version, chip, MAC, ESP-IDF, free heap',
  'wifi scan': 'access points in sight, strongest first',
  'wifi connect': 'wifi connect <ssid> [passphrase]: join, "quoted" when it has spaces',
  'wifi status': 'state, network, address',
  mem: 'heap, external RAM and flash test',
  sensor: 'temperature, humidity, supply',
  reboot: 'restart by software',
};

function help({ program, output }: AppContext): undefined {
  for (const name of program.commands) output.print(`${name.padEnd(13)} ${helpTexts[name]}`);
}

function info(app: AppContext): undefined {
  const { output, program, version, about } = app;
  output.print(`project=${program.project}`);
  output.print(`version=${version}`);
  for (const line of about) output.print(line);
  output.print(`heap=${heapOf(app).freeBytes}`);
}

function memory(app: AppContext): string | undefined {
  const { output, program } = app;
  const { freeBytes, leastBytes } = heapOf(app);
  output.print(`heap_free=${freeBytes}`);
  output.print(`heap_min=${leastBytes}`);
  output.print(`psram=${program.memory.psramBytes}`);
  output.print(`flash_test=${program.memory.flashTest}`);
  return program.memory.flashTest === 'ok' ? undefined : 'flash test failed';
}

function heapOf({ program, faults }: AppContext): { freeBytes: number; leastBytes: number } {
  const { heapFreeBytes, heapMinFreeBytes } = program.memory;
  const freeBytes = faults.heapBytes ?? heapFreeBytes;
  // What is used up at the worst moment is the same on a board that has less.
  const leastBytes = Math.max(0, freeBytes - (heapFreeBytes - heapMinFreeBytes));
  return { freeBytes, leastBytes };
}

function sensor({ program, output, mac }: AppContext): string | undefined {
  if (program.sensor === undefined) return 'no sensor fitted';
  const { temperatureCelsius, humidityPercent, supplyMillivolts } = program.sensor;
  output.print(`temperature=${valueOnBoard(mac, 'temperature', temperatureCelsius).toFixed(1)}`);
  output.print(`humidity=${valueOnBoard(mac, 'humidity', humidityPercent).toFixed(1)}`);
  output.print(`supply_mv=${valueOnBoard(mac, 'supply', supplyMillivolts).toFixed(0)}`);
  return undefined;
}

async function reboot({ output }: AppContext): Promise<never> {
  output.print('OK');
  await output.settle();
  throw new AppReset('software-cpu');
}
