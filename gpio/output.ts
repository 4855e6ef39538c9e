import { lineName, type LineAddress, type LineBackend, type OpenOutputOptions } from './line.js';

/** A port of a USB hub that can switch its power, as `uhubctl` names it. */
export interface HubPortAddress {
  /** Bus and ports of the hub: `1-1.2`. */
  hub: string;
  /** From 1. */
  port: number;
}

/** One HTTP request, as data. */
export interface HttpCall {
  url: string;
  method: 'GET' | 'POST' | 'PUT';
  body?: string;
  contentType: string;
}

/** A relay, or an outlet of a PDU, that is switched over HTTP. */
export interface HttpSwitchAddress {
  http: {
    on: HttpCall;
    off: HttpCall;
    /**
     * `active` and `inactive` are regular expressions that the answer matches while the outlet is on and off. Without `inactive` whatever is not on counts as
     * off.
     */
    read: HttpCall & { active: string; inactive?: string };
    user?: string;
    password?: string;
    /** Of one request. */
    timeoutMs: number;
  };
}

/** Whatever can be switched on and off and asked which it is. Plain data, so that it travels to workers and to the guard. */
export type OutputAddress = LineAddress | HubPortAddress | HttpSwitchAddress;

/** An output, whatever it is. Values are logical: `true` is active. */
export interface Output {
  readonly address: OutputAddress;
  /** Switches it and reads it back; throws LINE_READBACK when it does not follow, LINE_LOST when it cannot be reached. */
  write(active: boolean): Promise<void>;
  /** Asks the output itself, never memory. */
  read(): Promise<boolean>;
  /** Gives the output back as it is; may be called twice. */
  close(): Promise<void>;
}

/** Reaches outputs of every kind, and inputs of the line backend below it. */
export interface Outputs extends Omit<LineBackend, 'openOutput'> {
  openOutput(address: OutputAddress, options: OpenOutputOptions): Promise<Output>;
}

/** `pinctrl-bcm2711/17!`, `usb 1-1.2 port 3` or `192.168.40.9/relay/0`, as it stands in messages and logs; never a password. */
export function outputName(address: OutputAddress): string {
  if ('hub' in address) return `usb ${address.hub} port ${address.port}`;
  if (!('http' in address)) return lineName(address);
  // What asks for the state names the outlet, where what switches it may name the state as well.
  const { host, pathname, searchParams } = new URL(address.http.read.url);
  for (const secret of ['user', 'password']) searchParams.delete(secret);
  const query = searchParams.toString();
  return `${host}${pathname}${query && `?${query}`}`;
}
