import { wifiReasonInWords } from './wifi-reasons.js';

/** What a line says about joining a Wi-Fi network. */
export type WifiEvent =
  { kind: 'starting' } | { kind: 'connecting' } | { kind: 'connected' } | { kind: 'failed'; reason?: number };

/** The event of one line, whichever framework said it. */
export function wifiEventOf(line: string): WifiEvent | undefined {
  if (!mayBeWifi.test(line) || restart.test(line)) return undefined;
  const reason = reasonIn(line);
  if (reason !== undefined) return { kind: 'failed', reason };
  if (failures.some((pattern) => pattern.test(line))) {
    const told = wifiReasonInWords(line);
    return { kind: 'failed', ...(told !== undefined && { reason: told }) };
  }
  if (successes.some((pattern) => pattern.test(line)) && !noNetwork.test(line)) return { kind: 'connected' };
  if (connecting.test(line)) return { kind: 'connecting' };
  return starting.test(line) ? { kind: 'starting' } : undefined;
}

const mayBeWifi =
  /wi-?fi|wlan|\bwif\b|\bsta\b|STA_|station|\bAP\b|ssid|network|reason|\bip\b|state: |connect|assoc|scandone|phy|bcn_|CTRL-EVENT|mode : |IP=|CWJAP/i;
/** Reset and wake-up reasons have numbers too. */
const restart =
  /\bcount\W{1,3}0\b|(?:reset|restart|reboot|wake-?up|boot|rst|sleep)[ _]?(?:reason|cause)|RestartReason/i;

/** `reason 201`, `Reason: 15 - …`, `reason=2`, `auth -> init (200)`, where the code's high byte is the reason. */
function reasonIn(line: string): number | undefined {
  const told = aboutLink.test(line) ? /\breason(?: code)?\W{1,3}(\d{1,3})\b/i.exec(line)?.[1] : undefined;
  if (told !== undefined) return Number(told) || undefined;
  const code = /state: (?:auth|assoc|run|[2-5]) -> (?:init|0) \(0?x?([0-9a-f]+)\)/.exec(line)?.[1];
  if (code === undefined) return undefined;
  const value = Number.parseInt(code, 16);
  return value >= 0x100 ? value >> 8 : value === 0 ? undefined : value;
}

const aboutLink =
  /disconn|lost|link|wi-?fi|wlan|\bsta\b|STA_|_onSta|deauth|disassoc|auth|assoc|connect|_AP_|^reason/i;

const failures = [
  /state: (?:auth|assoc) -> init\b/,
  /state: [23] -> 0\b/,
  /(?:wi-?fi|wlan|\bWIF\b|station|\bSTA\b)[^a-z]?.{0,60}\b(?:connect\w* (?:attempt )?(?:fail\w*|timed? ?out|error|lost)|fail\w* (?:to|in) connect\w*|not connected|could ?n.t connect|unable to connect|auth\w* fail\w*|join fail\w*|disconnected)/i,
  /\b(?:fail\w*|unable|could ?n.t|can.t|cannot|can not)(?: to)? (?:connect|join|associate)\b.{0,40}(?:wi-?fi|\bAP\b|ssid|access point|network|wlan)/i,
  /connect(?:ing|ion)? to (?:the )?(?:AP|wi-?fi|ssid|access point)\b.{0,40}(?:fail|time|error)/i,
  /\[wifi.*\]: .*(?:error while connecting|unknown connection status|no (?:matching )?networks? found|can.t connect|connection failed)/i,
  /\bno \S* ?found, reconnect after/i,
  /bcn_timout/,
  /STA_DISCONNECTED|NO_AP_FOUND|4WAY_HANDSHAKE_TIMEOUT|WIFI_REASON_\w+/,
  /CTRL-EVENT-(?:ASSOC-REJECT|AUTH-REJECT|SSID-TEMP-DISABLED|NETWORK-NOT-FOUND|DISCONNECTED)/,
  /STAT_(?:WRONG_PASSWORD|NO_AP_FOUND|CONNECT_FAIL)|WL_(?:CONNECT_FAILED|NO_SSID_AVAIL|CONNECTION_LOST)/,
  /(?:ConnectionError|OSError|RuntimeError): .*(?:ssid|wi-?fi|unknown failure \d+|authentication failure)/i,
  /wi-?fi .*(?:wrong|incorrect|invalid) pass(?:word|phrase)/i,
  // AT firmware
  /^\+CWJAP:\d$|^WIFI DISCONNECT$/,
];

const successes = [
  /\bgot ip\b|GOT_IP|\bsta ip: ?\d/i,
  /\bconnected with .*(?:channel|aid)|wifi: ?connected with/i,
  /STA_CONNECTED|WiFi[- ]?(?:is )?connected\b|WIF: Connected/i,
  /(?<!dis|not |un)\bconnected to (?:wi-?fi|the (?:AP|network)|AP|ssid|access point|network)/i,
  /\bIP(?: address(?:es)?| addr)?(?: is)?[:=]? *\d{1,3}\.\d+\.\d+\.\d+/i,
  /\bip:\d+\.\d+\.\d+\.\d+,mask/,
  /CTRL-EVENT-CONNECTED/,
  /\[wifi(?::\d+)?\]: Connected\b/,
];

/** Addresses that are no sign of a joined network: none, the board's own access point, and other machines'. */
const noNetwork =
  /\b0\.0\.0\.0\b|\b192\.168\.4\.1\b|\b(?:server|gateway|dns|static|broker|remote|target|config\w*)\b|IP unset|(?:dis|not |un)connected|softap|soft-ap|\bap ip\b/i;

const connecting =
  /init -> auth|connecting (?:to|\.)|connecting\.\.|attempting connection|checking connection|station try|trying to connect/i;

const starting =
  /wifi_init|wifi driver task|wifi:? ?mode|phy_init|\bphy(?:_version|:)|WiFi\.(?:begin|mode)|(?:start|init|enabl|set)\w*(?: up)? (?:the )?wi-?fi|wi-?fi (?:start|init|scan|mode|on\b)|WifiManager active|mode : (?:sta|softAP)|scandone|connecting/i;
