/**
 * What a virtual board does when it runs an image: a JSON document inside the application's flash-mapped read-only
 * data. Real firmware has machine code there; the bench has no CPU, so it interprets this instead.
 *
 * The version that the application reports is not in here: it comes from the image's app descriptor, so that a board
 * with an old image reports an old version without anyone having to keep two places in step.
 */
export interface FactoryAppProgram {
  /** Version of this document's shape. */
  format: 1;
  /** Project name of the banner; `buildRelease` puts the same into the app descriptor. ASCII, at most 31 characters. */
  project: string;
  /** Lines printed in this order from the start of `app_main` on, before `ready`; without line ends. */
  bootLines: string[];
  /** The line that says that the console takes commands. */
  ready: string;
  /** Time from the start of `app_main` to `ready`, in milliseconds of the board's time. */
  readyAfterMs: number;
  /** Commands that the console knows; any other line is answered as unknown. */
  commands: FactoryCommand[];
  memory: FactoryMemory;
  wifi: FactoryWifi;
  /** Left out: no sensor is fitted, and `sensor` says so. */
  sensor?: FactorySensor;
}

/** `wifi connect` takes an SSID and a passphrase, each in double quotes when it has spaces; the others take nothing. */
export type FactoryCommand =
  'help' | 'info' | 'wifi scan' | 'wifi connect' | 'wifi status' | 'mem' | 'sensor' | 'reboot';

/** A value as the boards of a production lot show it: each board is off by its own fixed part of `spread`. */
export interface Reading {
  typical: number;
  /** Largest deviation of a good board, either way, same unit; 0 for a value that is the same on every board. */
  spread: number;
}

export interface FactoryMemory {
  /** Free heap when the application is ready. */
  heapFreeBytes: number;
  /** Lowest free heap since the start. */
  heapMinFreeBytes: number;
  /** External RAM; 0 when none is fitted. */
  psramBytes: number;
  /** Verdict of the application's own test of its flash. */
  flashTest: 'ok' | 'failed';
}

export type WifiAuth = 'OPEN' | 'WPA2_PSK' | 'WPA2_WPA3_PSK' | 'WPA3_PSK';

export interface WifiNetwork {
  ssid: string;
  /** 2.4 GHz channel, 1 … 14. */
  channel: number;
  rssiDbm: Reading;
  auth: WifiAuth;
}

export interface FactoryWifi {
  /** What a scan at the station sees; a scan lists it with the strongest first. */
  networks: WifiNetwork[];
  /** How long a scan takes, in milliseconds of the board's time. */
  scanMs: number;
  /** How long joining takes, in milliseconds of the board's time, whether it succeeds or not. */
  joinMs: number;
  /** The one network that can be joined; left out: none can. Its SSID is one of `networks`. */
  join?: {
    ssid: string;
    /** Empty for an open network. */
    passphrase: string;
    /** Address that DHCP hands out, dotted decimal. */
    ip: string;
  };
}

export interface FactorySensor {
  temperatureCelsius: Reading;
  /** Relative humidity. */
  humidityPercent: Reading;
  supplyMillivolts: Reading;
}
