import type { FlashDriverKind } from '../drivers/flash/flash-driver.js';
import type { BenchState } from '../rigs/bench.js';
import type { Station } from '../rigs/types.js';
import { formatColumns } from './columns.js';

const onKernelLines =
  "The boards hang on the kernel's lines: one has power while its power line is active there, as for `gpioset`.";

/** What `rig bench` prints: where each virtual board is, and what to type at it. */
export function describeBench(state: BenchState, station: Station): string {
  const rows = station.slots.flatMap(({ id, board }) => {
    const ports = state.slots[id];
    if (ports === undefined) return [];
    const { serialPath, rfc2217, hwmon, iio, scpi, drive, network } = ports;
    const meter = hwmon ?? iio ?? (scpi ? `${scpi.host}:${scpi.port}` : '-');
    return [[id, board.chip, serialPath, rfc2217, network?.host ?? drive ?? '-', meter]];
  });
  return [
    `bench of ${state.station}, pid ${state.pid}`,
    '',
    formatColumns(['slot', 'chip', 'serial port', 'RFC 2217', 'drive or address', 'meter'], rows),
    ...Object.entries(state.relays).map(([written, origin]) => `relay ${written} is ${origin}`),
    `control socket  ${state.socketPath}`,
    '',
    ...(station.gpio ? [onKernelLines] : whatToTry(state, station)),
    '',
    ...shuffleText(state),
    `Runs of ${state.station} use this bench as long as it runs. Ctrl-C ends it.`,
    '',
  ].join('\n');
}

function whatToTry(state: BenchState, station: Station): string[] {
  const drivers = new Set(station.slots.map(({ board }) => board.flash.driver));
  return [
    'The boards have power and wait in their loaders until something drives their lines. Try:',
    ...[...drivers].flatMap((driver) => hintsFor(driver, station, state)),
    ...shellHint(station, state),
  ];
}

function shuffleText({ shuffle, station, slots, serialPorts }: BenchState): string[] {
  if (shuffle === undefined) return [];
  const rows = Object.entries(serialPorts).map(([path, port]) => {
    return [Object.keys(slots).find((slot) => slots[slot]?.serialPath === port) ?? '-', path];
  });
  return [
    `The ports are shuffled by the seed ${shuffle}; what ${station}.yaml says of them is mostly wrong:`,
    '',
    formatColumns(['board in', 'is at'], rows),
  ];
}

/** What a person would type at the first board with a shell. */
function shellHint(station: Station, state: BenchState): string[] {
  const slot = station.slots.find(({ board }) => board.console.over === 'ssh');
  const address = slot && state.slots[slot.id]?.network;
  return address ? [`  ssh -p ${address.ports.ssh} ${slot.network?.user ?? 'root'}@${address.host}`] : [];
}

/** What a person would type at the first board with that driver. */
function hintsFor(driver: FlashDriverKind, station: Station, state: BenchState): string[] {
  const slot = station.slots.find(({ board }) => board.flash.driver === driver);
  const ports = slot && state.slots[slot.id];
  if (slot === undefined || ports === undefined) return [];
  const { serialPath, rfc2217, drive, network } = ports;
  switch (driver) {
    case 'esptool-js':
    case 'esptool':
      return [
        `  esptool --chip ${slot.board.chip} --port ${serialPath} --before no-reset --after no-reset flash-id`,
        `  esptool --chip ${slot.board.chip} --port rfc2217://${rfc2217} flash-id`,
      ];
    case 'avrdude':
      return [`  avrdude -c arduino -p m328p -P ${serialPath} -b 115200 -U flash:r:flash.hex:i`];
    case 'stm32flash':
      return [`  stm32flash -m 8n1 ${serialPath}`];
    case 'uf2':
      return drive ? [`  cat ${drive}/INFO_UF2.TXT`] : [];
    case 'ota-http': {
      if (network === undefined) return [];
      const url = `http://${network.host}:${network.ports.http}`;
      // curl asks for the password, which stands in the station file.
      const asUser = slot.network?.user === undefined ? '' : `--user ${slot.network.user} `;
      return [`  curl ${asUser}${url}/info`, `  curl ${asUser}--form firmware=@app.bin ${url}/update`];
    }
    case 'espota':
      return network
        ? [`  espota.py --ip ${network.host} --port ${network.ports.ota} --auth … --file app.bin`]
        : [];
    case 'command':
      return [];
  }
}
