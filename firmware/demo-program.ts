import type { FactoryAppProgram } from './factory-app.js';

/** The factory test firmware of the demo board: an ESP32 with 4 MiB of external RAM and a climate sensor. */
export const demoProgram: FactoryAppProgram = {
  format: 1,
  project: 'demo-sensor-node',
  bootLines: [
    'I (412) app: demo sensor node, factory test firmware',
    'I (431) nvs: storage opened, 0 entries',
    'I (468) sensor: SHT31 found at address 0x44',
    'I (655) wifi: station mode, country EU',
  ],
  ready: 'Factory test console ready. Type "help" for the list of commands.',
  readyAfterMs: 400,
  commands: ['help', 'info', 'wifi scan', 'wifi connect', 'wifi status', 'mem', 'sensor', 'reboot'],
  memory: { heapFreeBytes: 247_512, heapMinFreeBytes: 231_040, psramBytes: 0x400000, flashTest: 'ok' },
  wifi: {
    networks: [
      { ssid: 'factory-test', channel: 6, rssiDbm: { typical: -48, spread: 6 }, auth: 'WPA2_PSK' },
      { ssid: 'line-2', channel: 11, rssiDbm: { typical: -63, spread: 5 }, auth: 'WPA2_WPA3_PSK' },
      { ssid: 'office', channel: 1, rssiDbm: { typical: -71, spread: 4 }, auth: 'WPA3_PSK' },
      { ssid: 'guest', channel: 1, rssiDbm: { typical: -79, spread: 4 }, auth: 'OPEN' },
    ],
    scanMs: 600,
    joinMs: 500,
    join: { ssid: 'factory-test', passphrase: 'provision-me', ip: '192.168.40.17' },
  },
  sensor: {
    temperatureCelsius: { typical: 23.6, spread: 0.8 },
    humidityPercent: { typical: 44, spread: 3 },
    supplyMillivolts: { typical: 3298, spread: 18 },
  },
};
