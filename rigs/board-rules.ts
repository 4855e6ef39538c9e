import { suggestion } from '../core/nearest-name.js';
import type { FlashDriverKind } from '../drivers/flash/flash-driver.js';
import { chipFlashes } from '../firmware/chip-flash.js';
import type { CheckedFile } from './checked-file.js';
import { checkCommand } from './command-rules.js';
import { checkName, repeated } from './name-rule.js';
import { patternProblem } from './pattern-rule.js';
import { sectorBytes } from './release-rules.js';
import type { BoardFile, Partly } from './rig-files.js';
import { sizeInBytes } from './size.js';
import type { Check, CheckMeasure } from '../drivers/console/check.js';
import type { ValuePath } from './yaml-source.js';

type File = CheckedFile<BoardFile>;

/** What a board file must keep by itself, beyond its schema. */
export function checkBoard(file: File): void {
  const { board, flash, supply, boot, checks } = file.values;
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
  for (const { index, first } of repeated((checks ?? []).map((check) => check?.name))) {
    const what = `"${checks?.[index]?.name}" is already the check of line ${file.lineOf(['checks', first, 'name'])}; give it a name of its own`;
    file.report(['checks', index, 'name'], what);
  }
  for (const [index, check] of (checks ?? []).entries()) checkCheck(file, ['checks', index], check ?? {});
  checkMeasureNames(file);
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

/** Drivers that can read a flash, which a backup needs. */
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
  const { flash, backup, rollbackOnFailure } = file.values;
  const driver = flash?.driver;
  if (rollbackOnFailure === true && backup === 'none')
    file.report(
      ['rollbackOnFailure'],
      'there is nothing to roll back to; add `backup: regions` or `backup: whole`',
    );
  for (const each of [driver, flash?.fallback]) {
    const what = each && backupMisfit(each, file);
    if (what !== undefined) return file.report(['backup'], what);
  }
}

/** Why a driver cannot take the backup that a board asks for, or give it back; undefined when it can, or need not. */
export function backupMisfit(driver: FlashDriverKind, { values }: File): string | undefined {
  const { backup, flash } = values;
  if (backup === undefined || backup === 'none') return undefined;
  const canRead = driver === 'command' ? flash?.command?.read !== undefined : readers.includes(driver);
  return canRead ? undefined : `the driver ${driver} cannot read a flash; write \`backup: none\``;
}

function checkCheck(file: File, path: ValuePath, check: Partly<Check>): void {
  const commands = check.commands ?? [];
  for (const [index, command] of commands.entries()) {
    const here = [...path, 'commands', index];
    checkPattern(file, [...here, 'expect'], command?.expect);
    checkPattern(file, [...here, 'fail'], command?.fail);
    for (const [position, measure] of (command?.measure ?? []).entries()) {
      const there = [...here, 'measure', position];
      checkPattern(file, [...there, 'pattern'], measure?.pattern, 'value');
      checkLimits(file, there, measure ?? {});
    }
  }
}

function checkPattern(file: File, path: ValuePath, pattern: string | undefined, group?: string): void {
  const what = pattern === undefined ? undefined : patternProblem(pattern, group);
  if (what !== undefined) file.report(path, what);
}

function checkLimits(file: File, path: ValuePath, { type, limits }: Partly<CheckMeasure>): void {
  if (limits === undefined) return;
  const { min, max, equals } = limits;
  if (min !== undefined && max !== undefined && min > max) {
    file.report(
      [...path, 'limits'],
      `min (${min}) is above max (${max}), so no value is good; exchange the two`,
    );
  }
  if (equals !== undefined && (min !== undefined || max !== undefined)) {
    file.report(
      [...path, 'limits', 'equals'],
      'stands beside min or max; keep either equals, or min and max',
    );
  }
  if (type === 'text' && (min !== undefined || max !== undefined)) {
    file.report(
      [...path, 'limits'],
      'min and max judge numbers, and the value is text; write `type: number`, or use equals',
    );
  }
  const wanted = type === 'text' ? 'string' : 'number';
  if (type !== undefined && equals !== undefined && typeof equals !== wanted) {
    const written = typeof equals === 'string' ? `the text "${equals}"` : `the number ${String(equals)}`;
    const remedy =
      type === 'text' ? `put it in quotes: "${String(equals)}"` : 'write a number, or `type: text`';
    file.report([...path, 'limits', 'equals'], `is ${written}, but the value is of type ${type}; ${remedy}`);
  }
}

function checkMeasureNames(file: File): void {
  const entries = (file.values.checks ?? []).flatMap((check, index) =>
    (check?.commands ?? []).flatMap((command, number) =>
      (command?.measure ?? []).map((measure, position) => ({
        name: measure?.name,
        path: ['checks', index, 'commands', number, 'measure', position, 'name'] as ValuePath,
      })),
    ),
  );
  for (const { index, first } of repeated(entries.map(({ name }) => name))) {
    const [entry, earlier] = [entries[index], entries[first]];
    if (entry === undefined || earlier === undefined) continue;
    const what = `"${entry.name}" is already measured in line ${file.lineOf(earlier.path)}; give it a name of its own`;
    file.report(entry.path, what);
  }
}
