import type { BootSignature } from './diagnosis/signature.js';
import { signatureTable } from './diagnosis/signature-table.js';

export type { BootSignature } from './diagnosis/signature.js';

/**
 * The faults that end a boot or a check at once, from the table that `rig diagnose` uses too: a unit's record and a diagnosis of its log
 * name the same. What is not fatal there, such as a failed Wi-Fi join, is for the specs' own checks to judge.
 */
export const bootSignatures: readonly BootSignature[] = signatureTable.filter(({ fatal }) => fatal);

/** The first words of a start; group `cause` where the ROM says why it was reset. */
export const resetBanners: readonly RegExp[] = [
  /rst:0x[0-9a-f]+ \((?<cause>\w+)\).*/,
  /rst cause:(?<cause>\d+).*/i,
  /\*\*\* Booting MCUboot.*/,
  /^U-Boot \d{4}\.\d.*/m,
];

/** The causes that the ROM gives when the supply or the reset pin came up; seen although nobody switched, the supply fell. */
export const powerOnCause = /^POWERON(?:_RESET)?$/;
