import { unitId, type AttemptRecord, type FlashState } from '../core/record.js';

/** What a person has to know of a board's flash before touching the board. */
const stateTexts: Record<FlashState, string> = {
  untouched: 'nothing was written to it',
  release: 'it holds the release',
  restored: 'it holds again what it held before, proved',
  unproved: 'HALF WRITTEN OR UNPROVED: do not use it before it is provisioned or rolled back',
};

/** The state of the flash in words; empty where nothing is known of it. */
export function flashStateText(flashState: FlashState | undefined): string {
  return flashState === undefined ? '' : stateTexts[flashState];
}

/**
 * The state of the flash of a unit's newest board after all attempts at it, in words: one that wrote nothing leaves it as it was. An attempt that met no board was
 * at the one before.
 */
export function unitFlashText(attempts: readonly Pick<AttemptRecord, 'flashState' | 'device'>[]): string {
  const boards = attempts.map(({ device }) => device && unitId(device));
  const newest = boards.findLast((board) => board !== undefined);
  const from = boards.findLastIndex((board) => board !== undefined && board !== newest) + 1;
  const states = attempts.slice(from).map(({ flashState }) => flashState);
  const written = states.findLast((state) => state !== undefined && state !== 'untouched');
  return flashStateText(written ?? states.at(-1));
}

/** What was done to the flash, a line each: written or left alone and how that is known, tries, backup, rollback. */
export function flashLines({ flash, flashTries = [], backup, rollback }: AttemptRecord): string[] {
  const lines: string[] = [];
  if (flash) {
    const { sizeBytes, seconds, driver, baudRate, verifiedBy, skipped } = flash;
    if (sizeBytes === 0)
      lines.push(`nothing written: the board held ${skipped.join(', ')} already (${verifiedBy})`);
    else {
      lines.push(
        `${sizeBytes} bytes in ${seconds.toFixed(1)} s by ${driver} at ${baudRate} baud, verified by ${verifiedBy}`,
      );
      if (skipped.length > 0) lines.push(`left alone, since they were there already: ${skipped.join(', ')}`);
    }
  }
  for (const { doing, driver, baudRate, attempt, code } of flashTries) {
    if (code !== undefined)
      lines.push(`try ${attempt} to ${doing} by ${driver} at ${baudRate} baud: ${code}`);
  }
  if (backup)
    lines.push(`backup: ${backup.sizeBytes} bytes${backup.isBlank ? ', blank' : ''}, ${backup.folder}`);
  if (rollback) {
    const version = rollback.bootedVersion ? `, booted ${rollback.bootedVersion}` : '';
    lines.push(`rolled back in ${rollback.seconds.toFixed(1)} s, verified${version}`);
  }
  return lines;
}
