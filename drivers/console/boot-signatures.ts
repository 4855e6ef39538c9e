import type { ErrorCode } from '../../core/error-catalogue.js';

export type BootFaultCode = Extract<
  ErrorCode,
  'BOOT_PANIC' | 'BOOT_BROWNOUT' | 'BOOT_BAD_IMAGE' | 'BOOT_DOWNLOAD_MODE'
>;

/** Text that proves a fault: one line of a ROM, a bootloader or a crash handler. */
export interface BootSignature {
  code: BootFaultCode;
  /** Matches within one line. Groups `cause` and `address` where the line has them. */
  pattern: RegExp;
  /** What it means, in plain words. */
  means: string;
  /** Finds the group `address` in the lines that follow. */
  details?: RegExp;
}

const brownout: [RegExp, string][] = [
  [/Brownout detector was triggered/, 'the supply fell below the brown-out level'],
  [
    /rst:0x[0-9a-f]+ \((?:RTCWDT_BROWN_OUT_RESET|BROWNOUT_RST)\).*/,
    'the chip was reset by its brown-out detector',
  ],
];

const downloadMode: [RegExp, string][] = [
  [/boot:0x[0-9a-f]+ \(DOWNLOAD.*/, 'the boot strap was active at reset'],
  [/waiting for download/, 'the boot strap was active at reset'],
  [/boot mode:\(1,.*/, 'the boot strap (GPIO0) was active at reset'],
];

const badImage: [RegExp, string][] = [
  [/invalid header: 0xffffffff/, 'the flash is blank where the bootloader should be'],
  [
    /invalid header: 0x[0-9a-f]+/,
    'no bootloader image in flash: damaged, encrypted for another key, or a bad flash chip',
  ],
  [/flash read err, \d+/, 'the flash chip does not answer the ROM'],
  [/csum err.*/, 'the bootloader image is damaged'],
  [/Checksum failure\. Calculated.*/, 'the bootloader image is damaged'],
  [/load:0x[0-9a-f]+,len:-\d+/, 'the bootloader image is damaged'],
  [/ets_(?:main|loader)\.c \d+.*/, 'the ROM gave up on what is in flash'],
  [/load partition table error.*/, 'the partition table is missing or damaged'],
  [/Failed to verify partition table/, 'the partition table is missing or damaged'],
  [/invalid segment length.*/, 'the app image is damaged'],
  [/Image length \d+ doesn't fit in partition length \d+/, 'the app image is larger than its partition'],
  [/has invalid magic byte.*/, 'no app image where the partition table says'],
  [/Checksum failed\. Calculated.*/, 'the app image is damaged'],
  [/Image hash failed.*/, 'the app image is damaged'],
  [/mismatch chip ID.*/, 'the app image is for another chip'],
  [/Image requires (?:chip|efuse blk) rev.*/, 'the app image is for another chip revision'],
  [/app partition (?:slot \d+ )?is not bootable/, 'the bootloader rejected the app image'],
  [/No bootable app partitions.*/, 'the bootloader found no app image'],
  [/error magic!/, 'the second stage found no app image'],
  [/backup boot failed/, 'the second stage found no app image'],
  [/secure boot check fail.*/i, 'the ROM rejected the signature of the bootloader'],
  [/No signature block magic byte.*/, 'the image is not signed'],
  [/secure boot (?:v\d )?(?:signature )?verification failed.*/i, 'the signature of the image is wrong'],
  [/Sig block \d+ invalid.*/, 'the signature of the image is wrong'],
  [/secure_boot_v2: .*digest.*don't match.*/i, 'the image is signed with another key'],
  [/Unable to find bootable image/, 'the bootloader found no app image'],
];

const panic: [RegExp, string, RegExp?][] = [
  [
    /Guru Meditation Error: Core +\d+ panic'ed \((?<cause>.+?)\).*/,
    'the firmware crashed',
    /^(?:PC|MEPC) *: *(?<address>0x[0-9a-f]+)/m,
  ],
  [/(?<cause>abort\(\)) was called at PC (?<address>0x[0-9a-f]+).*/, 'the firmware aborted'],
  [/(?<cause>assert failed: .*)/, 'the firmware failed an assertion'],
  [/(?<cause>A stack overflow in task .*) has been detected/, 'a task overran its stack'],
  [/(?<cause>Task watchdog got triggered).*/, 'a task hangs'],
  [/heap_caps_\w+ was called but (?<cause>failed to allocate \d+ bytes).*/, 'the firmware ran out of memory'],
  [/(?<cause>MemoryError).*/, 'the firmware ran out of memory'],
  [
    /(?:Fatal exception|Exception) (?<cause>\(?\d+.*?):$/m,
    'the firmware crashed',
    /epc1=(?<address>0x[0-9a-f]+)/,
  ],
  [/(?<cause>Soft WDT reset)/, 'the firmware hung'],
  [
    /\*{5} (?<cause>[A-Z ]+FAULT) \*{5}/,
    'the firmware crashed',
    /Faulting instruction address.*: *(?<address>0x[0-9a-f]+)/,
  ],
  [
    />>> ZEPHYR FATAL ERROR \d+: (?<cause>.*) on CPU.*/,
    'the firmware crashed',
    /Faulting instruction address.*: *(?<address>0x[0-9a-f]+)/,
  ],
  [/Kernel panic - not syncing: (?<cause>.*)/, 'the kernel stopped'],
];

/** Every known fault, the one to name first where two share a line. From the boot-log grammars of the ROMs and frameworks. */
export const bootSignatures: readonly BootSignature[] = [
  ...table('BOOT_PANIC', panic),
  ...table('BOOT_BROWNOUT', brownout),
  ...table('BOOT_DOWNLOAD_MODE', downloadMode),
  ...table('BOOT_BAD_IMAGE', badImage),
];

/** The first words of a start; group `cause` where the ROM says why it was reset. */
export const resetBanners: readonly RegExp[] = [
  /rst:0x[0-9a-f]+ \((?<cause>\w+)\).*/,
  /rst cause:(?<cause>\d+).*/i,
  /\*\*\* Booting MCUboot.*/,
  /^U-Boot \d{4}\.\d.*/m,
];

/** The causes that the ROM gives when the supply or the reset pin came up; seen although nobody switched, the supply fell. */
export const powerOnCause = /^POWERON(?:_RESET)?$/;

function table(code: BootFaultCode, rows: readonly [RegExp, string, RegExp?][]): BootSignature[] {
  return rows.map(([pattern, means, details]) => ({ code, pattern, means, ...(details && { details }) }));
}
