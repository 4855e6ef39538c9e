import { RigError } from '../../../core/errors.js';
import { uf2Families } from '../../../firmware/uf2-families.js';

/** A chip whose ROM takes UF2 files on a drive of its own. */
export interface DriveChip {
  /** As in board files. */
  chip: string;
  /** What INFO_UF2.TXT says (RP2040 datasheet, 2.8.4; RP2350 datasheet, 5.5). */
  boardId: string;
  familyId: number;
  /** Start of flash in the addresses of UF2 files. */
  baseAddress: number;
  /** What a flash chip can have at most. */
  mostBytes: number;
}

const flash = { baseAddress: 0x10000000, mostBytes: 0x1000000 };
const driveChips: readonly DriveChip[] = [
  { chip: 'rp2040', boardId: 'RPI-RP2', familyId: uf2Families['rp2040'] ?? 0, ...flash },
  { chip: 'rp2350', boardId: 'RP2350', familyId: uf2Families['rp2350'] ?? 0, ...flash },
];

/** Throws CONFIG_INVALID for a chip that has no such drive. */
export function driveChipNamed(chip: string): DriveChip {
  const found = driveChips.find((candidate) => candidate.chip === chip);
  if (found) return found;
  const known = driveChips.map((candidate) => candidate.chip).join(', ');
  throw new RigError(
    'CONFIG_INVALID',
    `the driver uf2 knows no boot drive of a chip ${chip}; it knows ${known}`,
  );
}

/** The chip that calls its drive so, or undefined. */
export function chipOfDrive(boardId: string): string | undefined {
  return driveChips.find((candidate) => candidate.boardId === boardId)?.chip;
}
