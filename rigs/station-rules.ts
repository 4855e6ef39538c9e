import type { CheckedFile } from './checked-file.js';
import { checkName, repeated } from './name-rule.js';
import { checkPower } from './power-rules.js';
import { suggestion } from '../core/nearest-name.js';
import type { StationFile } from './rig-files.js';

type File = CheckedFile<StationFile>;

/** What a station file must keep by itself, beyond its schema. `specs` are the names of the specs that there are. */
export function checkStation(file: File, specs: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  checkName('station', file, file.values.station);
  checkProgramme(file, specs);
  checkSlotIds(file);
  checkPorts(file);
  checkAutoReset(file);
  checkPower(file, env);
  checkPasswords(file, env);
  checkFaults(file);
}

/** Ids of the slots, for messages and look-ups; those that the schema refused are left out. */
export function slotIds(file: Pick<File, 'values'>): string[] {
  return (file.values.slots ?? []).flatMap((slot) => slot?.id ?? []);
}

function checkProgramme(file: File, specs: readonly string[]): void {
  for (const [index, programme] of (file.values.programme ?? []).entries()) {
    if (programme === undefined || specs.includes(programme)) continue;
    file.report(
      ['programme', index],
      `there is no spec "${programme}" (specs/${programme}.spec.ts); ${suggestion(programme, specs)}`,
    );
  }
}

function checkSlotIds(file: File): void {
  const ids = (file.values.slots ?? []).map((slot) => slot?.id);
  for (const { index, first } of repeated(ids)) {
    const line = file.lineOf(['slots', first, 'id']);
    file.report(
      ['slots', index, 'id'],
      `"${ids[index]}" is already the slot of line ${line}; every slot needs an id of its own`,
    );
  }
}

/** On hardware only: the virtual bench puts its own port in place of the path. */
function checkPorts(file: File): void {
  if (onBench(file)) return;
  for (const [index, slot] of (file.values.slots ?? []).entries()) {
    const path = slot?.serial?.path;
    if (path === undefined || !/^\/dev\/tty(USB|ACM)\d+$/.test(path)) continue;
    const what = `${path} goes to another adapter after the next plug; name the port by its place, as \`ls -l /dev/serial/by-path\` shows it`;
    file.report(['slots', index, 'serial', 'path'], what);
  }
}

function checkPasswords(file: File, env: NodeJS.ProcessEnv): void {
  for (const [index, slot] of (file.values.slots ?? []).entries()) {
    const { password, passwordEnv } = slot?.network ?? {};
    if (passwordEnv === undefined) continue;
    const path = ['slots', index, 'network', 'passwordEnv'];
    if (password !== undefined) file.report(path, 'stands beside password; keep one of the two');
    else if (env[passwordEnv] === undefined)
      file.report(
        path,
        `the environment has no ${passwordEnv}; set it before the run: export ${passwordEnv}=…`,
      );
  }
}

function checkAutoReset(file: File): void {
  for (const [index, slot] of (file.values.slots ?? []).entries()) {
    if (slot?.serial?.autoReset !== true) continue;
    const path = ['slots', index, 'serial', 'autoReset'];
    if (slot.boot !== undefined || file.isWritten(['slots', index, 'boot', 'line'])) {
      file.report(path, 'both this and the boot line strap the board into its loader; keep one of the two');
    }
    if (onBench(file)) {
      const what =
        'the ports of the virtual bench have no DTR and RTS; give the slot a boot line, or take out `bench: virtual`';
      file.report(path, what);
    }
  }
}

/** Also when the word is misspelt: one mistake is enough to report. */
function onBench(file: File): boolean {
  return file.values.bench === 'virtual' || file.isWritten(['bench']);
}

function checkFaults(file: File): void {
  const { faults } = file.values;
  if (!onBench(file)) {
    const remedy = 'only virtual boards have faults; take it out, or add `bench: virtual`';
    if (faults !== undefined) file.report(['faults'], remedy, 'key');
    if (file.isWritten(['seed'])) file.report(['seed'], remedy, 'key');
  }
  const known = slotIds(file);
  for (const [index, fault] of (faults ?? []).entries()) {
    for (const [position, slot] of (fault?.slots ?? []).entries()) {
      if (slot === undefined || known.length === 0 || known.includes(slot)) continue;
      const what = `there is no slot "${slot}" in this station; ${suggestion(slot, known)}`;
      file.report(['faults', index, 'slots', position], what);
    }
  }
}
