/** Disconnect reasons of ESP-IDF (`wifi_err_reason_t`) and of the ESP8266 SDK, which shares them; 1 to 68 are IEEE 802.11's. */
const names: Readonly<Record<number, string>> = {
  1: 'UNSPECIFIED',
  2: 'AUTH_EXPIRE',
  3: 'AUTH_LEAVE',
  4: 'ASSOC_EXPIRE',
  5: 'ASSOC_TOOMANY',
  6: 'NOT_AUTHED',
  7: 'NOT_ASSOCED',
  8: 'ASSOC_LEAVE',
  9: 'ASSOC_NOT_AUTHED',
  10: 'DISASSOC_PWRCAP_BAD',
  11: 'DISASSOC_SUPCHAN_BAD',
  12: 'BSS_TRANSITION_DISASSOC',
  13: 'IE_INVALID',
  14: 'MIC_FAILURE',
  15: '4WAY_HANDSHAKE_TIMEOUT',
  16: 'GROUP_KEY_UPDATE_TIMEOUT',
  17: 'IE_IN_4WAY_DIFFERS',
  18: 'GROUP_CIPHER_INVALID',
  19: 'PAIRWISE_CIPHER_INVALID',
  20: 'AKMP_INVALID',
  21: 'UNSUPP_RSN_IE_VERSION',
  22: 'INVALID_RSN_IE_CAP',
  23: '802_1X_AUTH_FAILED',
  24: 'CIPHER_SUITE_REJECTED',
  25: 'TDLS_PEER_UNREACHABLE',
  26: 'TDLS_UNSPECIFIED',
  27: 'SSP_REQUESTED_DISASSOC',
  28: 'NO_SSP_ROAMING_AGREEMENT',
  29: 'BAD_CIPHER_OR_AKM',
  30: 'NOT_AUTHORIZED_THIS_LOCATION',
  31: 'SERVICE_CHANGE_PRECLUDES_TS',
  32: 'UNSPECIFIED_QOS',
  33: 'NOT_ENOUGH_BANDWIDTH',
  34: 'MISSING_ACKS',
  35: 'EXCEEDED_TXOP',
  36: 'STA_LEAVING',
  37: 'END_BA',
  38: 'UNKNOWN_BA',
  39: 'TIMEOUT',
  46: 'PEER_INITIATED',
  47: 'AP_INITIATED',
  48: 'INVALID_FT_ACTION_FRAME_COUNT',
  49: 'INVALID_PMKID',
  50: 'INVALID_MDE',
  51: 'INVALID_FTE',
  67: 'TRANSMISSION_LINK_ESTABLISH_FAILED',
  68: 'ALTERNATIVE_CHANNEL_OCCUPIED',
  200: 'BEACON_TIMEOUT',
  201: 'NO_AP_FOUND',
  202: 'AUTH_FAIL',
  203: 'ASSOC_FAIL',
  204: 'HANDSHAKE_TIMEOUT',
  205: 'CONNECTION_FAIL',
  206: 'AP_TSF_RESET',
  207: 'ROAMING',
  208: 'ASSOC_COMEBACK_TIME_TOO_LONG',
  209: 'SA_QUERY_TIMEOUT',
  210: 'NO_AP_FOUND_W_COMPATIBLE_SECURITY',
  211: 'NO_AP_FOUND_IN_AUTHMODE_THRESHOLD',
  212: 'NO_AP_FOUND_IN_RSSI_THRESHOLD',
};

/** What the reason says about the unit's surroundings, for those that a line meets. */
const hints: Readonly<Record<number, string>> = {
  2: 'the access point did not answer the authentication',
  8: 'the firmware itself left the network',
  15: 'the pass phrase is wrong',
  200: 'the access point went out of range',
  201: 'no access point with that name is in range, or the antenna is not connected',
  202: 'the access point refused the authentication',
  204: 'the pass phrase is wrong, or the link is weak',
  205: 'the access point did not let the board in',
  210: 'the access point uses a security that the firmware does not',
  211: 'the access point uses a weaker security than the firmware allows',
  212: 'the access point is too weak',
};

/** The firmware's own words for a reason, where they are not its name: ESPHome, Tasmota, MicroPython, wpa_supplicant. */
const wordings: readonly (readonly [RegExp, number])[] = [
  [/auth(?:entication)? expired?/i, 2],
  [/4-?way[ _-]handshake/i, 15],
  [
    /ap not found|no (?:matching )?networks? (?:found|with)|NETWORK-NOT-FOUND|STAT_NO_AP_FOUND|NO_SSID_AVAIL|cannot be reached|probe request unsuccessful/i,
    201,
  ],
  [/WRONG_KEY|(?:wrong|incorrect|invalid) pass(?:word|phrase)|STAT_WRONG_PASSWORD/i, 15],
  [/auth(?:entication)? fail(?:ed|ure)|AUTH-REJECT/i, 202],
  [/assoc(?:iation)? fail(?:ed|ure)|ASSOC-REJECT/i, 203],
  [/handshake fail(?:ed|ure)/i, 204],
  [/beacon timeout|bcn_timout/i, 200],
  [/association leave/i, 8],
];

/** The name of a disconnect reason, e.g. `NO_AP_FOUND` for 201. */
export function wifiReasonName(reason: number): string | undefined {
  return names[reason];
}

export function wifiReasonHint(reason: number): string | undefined {
  return hints[reason];
}

/** The number of the reason that a line names in words, if it does. */
export function wifiReasonInWords(line: string): number | undefined {
  const name = /\b(?:WIFI_)?(?:REASON_)?(\d?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g;
  for (const [, word = ''] of line.matchAll(name)) {
    const known = numbers.get(word.replace(/^(?:WIFI_)?REASON_/, ''));
    if (known !== undefined) return known;
  }
  return wordings.find(([pattern]) => pattern.test(line))?.[1];
}

const numbers = new Map(Object.entries(names).map(([reason, name]) => [name, Number(reason)]));
