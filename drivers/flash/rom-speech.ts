/** What a ROM of Espressif's said last about where it goes from its reset. */
export interface RomSpeech {
  goes: 'to its loader' | 'to its firmware';
  /** From the boot mode on. */
  text: string;
}

/**
 * Rate of the ROM's text in bits per second where it is not the loader's: the ESP8266's ROM takes its 26 MHz crystal for one of 40 MHz and says at
 * 74880 what it means for 115200. Its loader measures the rate of its host.
 */
export function romTextBaudRate(chip: string): number | undefined {
  return chip === 'esp8266' ? 74_880 : undefined;
}

/** Finds the ROM's last word in what was heard: `boot:0x13 (…)`, or `boot mode:(3,6)` of an ESP8266. Undefined when it said nothing that can be read. */
export function readRomSpeech(heard: string): RomSpeech | undefined {
  const at = Math.max(heard.lastIndexOf('boot:0x'), heard.lastIndexOf('boot mode:('));
  if (at === -1) return undefined;
  const text = heard.slice(at);
  const isLoader = text.includes('waiting for download') || text.startsWith('boot mode:(1,');
  return { goes: isLoader ? 'to its loader' : 'to its firmware', text };
}
