import { catalogue, type ErrorCode } from '../../../core/error-catalogue.js';

/** What a boot log shows. The words are stable: they stand in reports and in other people's scripts. */
export type BootLabel = 'good' | FaultLabel | 'unknown';

export type FaultLabel = keyof typeof faultCodes;

/** The code of the error catalogue that a fault has, in a unit's record as in a diagnosis. */
export const faultCodes = {
  brownout: 'BOOT_BROWNOUT',
  kernel_panic: 'BOOT_KERNEL_PANIC',
  out_of_memory: 'BOOT_OUT_OF_MEMORY',
  secure_boot_fail: 'BOOT_SECURE_BOOT',
  flash_read_error: 'BOOT_FLASH_READ',
  bad_image: 'BOOT_BAD_IMAGE',
  watchdog: 'BOOT_WATCHDOG',
  panic: 'BOOT_PANIC',
  download_mode: 'BOOT_DOWNLOAD_MODE',
  wifi_fail: 'WIFI_FAILED',
  boot_loop: 'BOOT_LOOP',
} as const satisfies Record<string, ErrorCode>;

/** `OK` is no error code: only a good log has it. */
export type VerdictCode = ErrorCode | 'OK';

export function codeOfLabel(label: BootLabel): VerdictCode {
  if (label === 'good') return 'OK';
  return label === 'unknown' ? 'BOOT_UNKNOWN' : faultCodes[label];
}

/** What to do about it, from the error catalogue. */
export function remedyOf(label: BootLabel): string {
  const code = codeOfLabel(label);
  return code === 'OK' ? 'Nothing to do.' : catalogue[code].remedy;
}
