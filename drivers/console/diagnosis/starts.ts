/** The start of a board as a ROM, bootloader or kernel announces it. */
export interface StartLine {
  /** `banner` is its first line, `reset` the one that says why; both may belong to one start, and so may the banners of later stages. */
  kind: 'banner' | 'reset' | 'stage';
  /** Stages of one start come in this order; the same or an earlier one again is another start. */
  stage: number;
  /** The reset reason as the ROM has it. */
  reason?: string;
  /** Whether the ROM goes on to run what is in flash. */
  fromFlash?: boolean;
}

/** The stage of Zephyr's banner, and of a Linux kernel. */
export const zephyrStage = 3;

/** The stage of an application's own banner, which has other text before it in the same start. */
export const applicationStage = 4;

/** The start that a line announces. */
export function startLineOf(line: string): StartLine | undefined {
  const reset = /rst:0x[0-9a-f]+ \((\w+)\)(?:,boot:0x[0-9a-f]+ \((.*)\))?/.exec(line);
  if (reset !== null) {
    const [, reason = '', mode] = reset;
    return {
      kind: 'reset',
      stage: 0,
      reason,
      ...(mode !== undefined && { fromFlash: /FLASH_BOOT/.test(mode) }),
    };
  }
  const cause = /rst cause: ?(\d+)(?:, ?boot mode: ?\((\d+),)?/i.exec(line);
  if (cause !== null) {
    const [, reason = '', mode] = cause;
    return { kind: 'reset', stage: 0, reason, ...(mode !== undefined && { fromFlash: mode === '3' }) };
  }
  const lost = /(?:^|,)boot:0x[0-9a-f]+ \((\w*FLASH_BOOT)/.test(line);
  if (lost) return { kind: 'reset', stage: 0, fromFlash: true };
  if (/\bets \w{3} +\d+ \d{4} \d\d:\d\d:\d\d|ESP-ROM:esp32/.test(line)) return { kind: 'banner', stage: 0 };
  // The second line of the newer ROMs, the first one when a log begins a line late.
  if (/^Build:\w{3} +\d+ \d{4}/.test(line)) return { kind: 'reset', stage: 0 };
  const stage = stages.find(([pattern]) => pattern.test(line));
  return stage && { kind: 'stage', stage: stage[1] };
}

/** Numbers rise along the way of one start: ROM, first stage, second stage, kernel, application. */
const stages: readonly (readonly [RegExp, number])[] = [
  [/^U-Boot SPL \d{4}\.\d/, 1],
  [/boot: ESP-IDF \S+ 2nd stage bootloader/, 1],
  [/\*\*\* Booting MCUboot /, 1],
  [/^U-Boot \d{4}\.\d/, 2],
  [/\bStarting bootloader$/, 2],
  [/\bLinux version \d+\.\d/, 3],
  [/\*{3} Booting (?:Zephyr OS|nRF Connect SDK)/, zephyrStage],
  [/^\[[DIC]\]\[app:\d+\]: Running through setup/, applicationStage],
  [/\bCFG: Loaded from /, applicationStage],
  [/powered by Lua \d/, applicationStage],
];

/** What the ROM's reset reason tells. */
export type ResetClass =
  'power' | 'host' | 'sleep' | 'software' | 'watchdog' | 'rtc-watchdog' | 'brownout' | 'other';

export function resetClassOf(reason: string | undefined): ResetClass {
  if (reason === undefined) return 'other';
  if (/BROWN|GLITCH/.test(reason)) return 'brownout';
  if (/RTCWDT|LP_?WDT/.test(reason)) return 'rtc-watchdog';
  if (/WDT/.test(reason) || reason === '4') return 'watchdog';
  if (/^POWERON|^CHIP_POWER|^1$/.test(reason)) return 'power';
  if (/SLEEP|DSLEEP/.test(reason)) return 'sleep';
  if (/USB_UART|USB_JTAG|^JTAG/.test(reason)) return 'host';
  return 'software';
}
