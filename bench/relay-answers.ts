/** A request that a relay has carried out. */
export interface RelayRequest {
  url: URL;
  body: string;
  wasOn: boolean;
  isOn: boolean;
}

/**
 * What the device answers to whose interface the path belongs: Shelly's second generation (/rpc, Switch component), its first (/relay/0), Tasmota
 * (/cm?cmnd=Power1); `{"on": true}` for any other.
 */
export function relayAnswer(request: RelayRequest): object {
  const { pathname } = request.url;
  if (pathname === '/rpc') return shellyCall(request);
  const method = /^\/rpc\/(?<method>[\w.]+)$/.exec(pathname)?.groups?.['method'];
  if (method !== undefined)
    return shellySwitch(method, Number(request.url.searchParams.get('id') ?? 0), request);
  if (/^\/relay\/\d+$/.test(pathname)) return shellyRelay(request.isOn);
  if (pathname === '/cm') return tasmota(request);
  return { on: request.isOn };
}

/** The same methods as JSON in a body. */
function shellyCall(request: RelayRequest): object {
  const { id, method, params } = callIn(request.body);
  return {
    id: id ?? 1,
    src: 'shellyplus1-a8032ab12345',
    result: shellySwitch(method, params?.id ?? 0, request),
  };
}

function callIn(body: string): { id?: number; method: string; params?: { id?: number } } {
  try {
    return { method: '', ...(JSON.parse(body) as object) };
  } catch {
    return { method: '' };
  }
}

/** `Switch.Set` tells what was before it, as the device does; who wants to know what is now asks `Switch.GetStatus`. */
function shellySwitch(method: string, id: number, { wasOn, isOn }: RelayRequest): object {
  if (/^switch\.(set|toggle)$/i.test(method)) return { was_on: wasOn };
  return { id, source: 'HTTP_in', output: isOn, temperature: { tC: 38.2, tF: 100.8 } };
}

function shellyRelay(isOn: boolean): object {
  return {
    ison: isOn,
    has_timer: false,
    timer_started: 0,
    timer_duration: 0,
    timer_remaining: 0,
    source: 'http',
  };
}

/** The command names the relay, and the answer repeats its name in capitals. */
function tasmota({ url, isOn }: RelayRequest): object {
  const command = url.searchParams.get('cmnd') ?? '';
  const name = /^power\d*/i.exec(command)?.[0].toUpperCase() ?? 'POWER';
  return { [name]: isOn ? 'ON' : 'OFF' };
}
