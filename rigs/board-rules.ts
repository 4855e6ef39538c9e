import { suggestion } from '../core/nearest-name.js';
import type { FlashDriverKind } from '../drivers/flash/flash-driver.js';
import { chipFlashes } from '../firmware/chip-flash.js';
import type { CheckedFile } from './checked-file.js';
import { checkChecks, checkPattern } from './check-rules.js';
import { checkCommand } from './command-rules.js';
import { checkName } from './name-rule.js';
import { sectorBytes } from './release-rules.js';
import type { BoardFile } from './rig-files.js';
import { sizeInBytes } from './size.js';

type File = CheckedFile<BoardFile>;

/** What a board file must keep by itself, beyond its schema. */
export async function checkBoard(file: File): Promise<void> {
  const { board, flash, supply, boot } = file.values;
  checkName('board', file, board);
  const size = flash?.size === undefined ? undefined : sizeInBytes(flash.size);
  if (size !== undefined && size % sectorBytes !== 0) {
    file.report(
      ['flash', 'size'],
      `is ${size} bytes; flash chips come in whole sectors of ${sectorBytes} bytes`,
    );
  }
  if (supply?.onVolts !== undefined && supply.offVolts !== undefined && supply.offVolts >= supply.onVolts) {
    const what = `is ${supply.offVolts} V, which is not below onVolts (${supply.onVolts} V); choose a voltage at which the board is surely off`;
    file.report(['supply', 'offVolts'], what);
  }
  checkDriver(file);
  checkCommand(file);
  checkSafety(file);
  const { min, max } = supply?.volts ?? {};
  if (min !== undefined && max !== undefined && min >= max)
    file.report(['supply', 'volts'], `min (${min}) is not below max (${max}), so no rail is good`);
  const { http, console: asked } = file.values.identity ?? {};
  checkPattern(file, ['identity', 'http', 'chip'], http?.chip, 'value');
  checkPattern(file, ['identity', 'http', 'id'], http?.id, 'value');
  checkPattern(file, ['identity', 'http', 'version'], http?.version, 'value');
  checkPattern(file, ['identity', 'console', 'id'], asked?.id, 'value');
  checkPattern(file, ['boot', 'version'], boot?.version, 'version');
  checkPattern(file, ['boot', 'ready'], boot?.ready);
  await checkChecks(file);
}

const espNames = chipFlashes.map(({ chip }) => chip).filter((chip) => chip.startsWith('esp'));

/** Which chips a driver can write; any where there is none. */
const chipsOf: Partial<Record<FlashDriverKind, readonly string[]>> = {
  'esptool-js': espNames,
  esptool: espNames,
  avrdude: ['atmega328p'],
  stm32flash: ['stm32f103', 'stm32f411'],
  uf2: ['rp2040'],
};

/** Drivers that can read a flash, which a backup and reading back need. */
const readers: readonly FlashDriverKind[] = ['esptool-js', 'esptool', 'avrdude', 'stm32flash'];

function checkDriver(file: File): void {
  const { chip, flash, identity } = file.values;
  for (const key of ['driver', 'fallback'] as const) {
    const driver = flash?.[key];
    if (driver === undefined) continue;
    const what =
      chip &&
      driverMisfit(driver, chip, flash?.command !== undefined || file.isWritten(['flash', 'command']));
    if (what) file.report(file.isWritten(['flash', key]) ? ['flash', key] : ['chip'], what);
    if ((driver === 'ota-http' || driver === 'espota') && identity?.http === undefined)
      file.report(
        ['flash', key],
        `the driver ${driver} needs \`identity.http\`, since an update says nothing of the device`,
      );
  }
}

/** Why a driver cannot write a chip; undefined when it can. */
export function driverMisfit(driver: FlashDriverKind, chip: string, hasCommand: boolean): string | undefined {
  const chips = chipsOf[driver];
  if (chips !== undefined && !chips.includes(chip))
    return `the driver ${driver} cannot write a chip ${chip}; ${suggestion(chip, chips)}`;
  if (driver === 'command' && !hasCommand)
    return 'the driver `command` needs `flash.command`, which describes the tool';
  return undefined;
}

/** What protects a board must be possible with its driver. */
function checkSafety(file: File): void {
  const { flash, backup, rollbackOnFailure, thresholds, recovery } = file.values;
  const { min_flash_time: shortest, max_flash_time: longest } = thresholds ?? {};
  if (shortest !== undefined && longest !== undefined && shortest > longest)
    file.report(
      ['thresholds', 'min_flash_time'],
      `${shortest} s is above max_flash_time (${longest} s), so no time is good; exchange the two`,
    );
  const further = file.isWritten(['recovery', 'fallbackAttempts']) && recovery?.fallbackAttempts;
  if (further && flash?.fallback === undefined)
    file.report(
      ['recovery', 'fallbackAttempts'],
      'there is no flash.fallback that could take over; name a driver there, or leave it out',
    );
  const driver = flash?.driver;
  if (rollbackOnFailure === true && backup === 'none')
    file.report(
      ['rollbackOnFailure'],
      'there is nothing to roll back to; add `backup: regions` or `backup: whole`',
    );
  const drivers = [driver, flash?.fallback].filter((each) => each !== undefined);
  const [noBackup] = drivers.flatMap((each) => backupMisfit(each, file) ?? []);
  if (noBackup !== undefined) file.report(['backup'], noBackup);
  const [noReadBack] = drivers.flatMap((each) => readBackMisfit(each, file) ?? []);
  if (noReadBack !== undefined) file.report(['readBack'], noReadBack);
}

/** Why a driver cannot take the backup that a board asks for, or give it back; undefined when it can, or need not. */
export function backupMisfit(driver: FlashDriverKind, { values }: File): string | undefined {
  const { backup, flash } = values;
  if (backup === undefined || backup === 'none') return undefined;
  return readMisfit(driver, flash?.command?.read !== undefined, 'write `backup: none`');
}

/** Why a driver cannot read back what a board asks for; undefined when it can, or need not. */
export function readBackMisfit(driver: FlashDriverKind, { values }: File): string | undefined {
  const { readBack, flash } = values;
  if (readBack === undefined) return undefined;
  return readMisfit(driver, flash?.command?.read !== undefined, 'leave `readBack` out');
}

/** Why a driver cannot read a flash, with that remedy; undefined when it can. `hasReadCall`: the tool that `command` runs is described with a way to read. */
export function readMisfit(
  driver: FlashDriverKind,
  hasReadCall: boolean,
  remedy: string,
): string | undefined {
  const canRead = driver === 'command' ? hasReadCall : readers.includes(driver);
  return canRead ? undefined : `the driver ${driver} cannot read a flash; ${remedy}`;
}
