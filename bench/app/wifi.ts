import type { WifiAuth, WifiNetwork } from '../../firmware/factory-app.js';
import { loads } from '../supply.js';
import { AppReset, type AppContext } from './app-context.js';
import type { Command } from './commands.js';
import { valueOnBoard } from './lot.js';

/** Reasons of ESP-IDF's `wifi_err_reason_t`. */
const noApFound = '201 NO_AP_FOUND';
const handshakeTimeout = '15 4WAY_HANDSHAKE_TIMEOUT';

/** The radio of a board: the networks of its program, as this board receives them. */
export function createWifi(app: AppContext): { scan: Command; connect: Command; status: Command } {
  const { output, program } = app;
  let joined: WifiNetwork | undefined;
  const rssiOf = (network: WifiNetwork): number =>
    Math.round(valueOnBoard(app.mac, `rssi ${network.ssid}`, network.rssiDbm));
  const transmit = async (durationMs: number): Promise<void> => {
    app.setLoad(loads.wifi);
    if (app.faults.brownoutAtWifi) await brownOut(app);
    output.work(durationMs);
    await output.settle(app.signal);
  };

  const scan: Command = async () => {
    await transmit(program.wifi.scanMs);
    if (joined === undefined) app.setLoad(loads.app);
    const inSight = program.wifi.networks.map((network) => ({ network, rssi: rssiOf(network) }));
    for (const { network, rssi } of inSight.sort((a, b) => b.rssi - a.rssi)) {
      const { ssid, channel, auth } = network;
      output.print(`ssid="${ssid}" channel=${channel} rssi=${rssi} auth=${authText(auth)}`);
    }
    return undefined;
  };

  const connect: Command = async (args) => {
    const [ssid, passphrase = '', ...rest] = words(args);
    if (ssid === undefined || rest.length > 0) return 'usage: wifi connect <ssid> [passphrase]';
    joined = undefined;
    const { join, networks, joinMs } = program.wifi;
    const network = networks.find((candidate) => candidate.ssid === ssid);
    if (network === undefined) return refuse(noApFound, () => transmit(joinMs));
    output.log('I', 'wifi', 'state: init -> auth (b0)');
    await transmit(joinMs / 4);
    output.log('I', 'wifi', 'state: auth -> assoc (0)');
    output.log('I', 'wifi', 'state: assoc -> run (10)');
    if (ssid !== join?.ssid || passphrase !== join.passphrase) {
      return refuse(handshakeTimeout, async () => {
        await transmit((joinMs * 3) / 4);
        output.log('I', 'wifi', 'state: run -> init (f00)');
      });
    }
    await transmit(joinMs / 4);
    output.log('I', 'wifi', `connected with ${ssid}, aid = 1, channel ${network.channel}, BW20`);
    await transmit(joinMs / 2);
    joined = network;
    output.log(
      'I',
      'esp_netif_handlers',
      `sta ip: ${join.ip}, mask: 255.255.255.0, gw: ${gatewayOf(join.ip)}`,
    );
    output.print(`got ip ${join.ip}`);
    output.print(`rssi=${rssiOf(network)}`);
    return undefined;
  };

  const refuse = async (reason: string, play: () => Promise<void>): Promise<string> => {
    await play();
    app.setLoad(loads.app);
    output.log('W', 'wifi', `disconnected, reason ${reason}`);
    return `reason ${reason}`;
  };

  const status: Command = () => {
    const join = program.wifi.join;
    output.print(`state=${joined ? 'connected' : 'disconnected'}`);
    if (joined !== undefined && join !== undefined) {
      output.print(`ssid="${joined.ssid}"`);
      output.print(`ip=${join.ip}`);
      output.print(`rssi=${rssiOf(joined)}`);
    }
    return undefined;
  };

  return { scan, connect, status };
}

async function brownOut({ output, dipSupply, brownoutNotice = [] }: AppContext): Promise<never> {
  dipSupply();
  for (const line of brownoutNotice) output.print(line);
  await output.settle();
  throw new AppReset('brown-out');
}

/** `WPA2_WPA3_PSK` as `WPA2/WPA3`. */
function authText(auth: WifiAuth): string {
  return auth.replace('_PSK', '').replace('_', '/');
}

function gatewayOf(ip: string): string {
  return ip.replace(/\d+$/, '1');
}

/** Words separated by spaces, or in double quotes. */
function words(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
