import { asRigError } from '../../core/errors.js';
import type { LineReadback } from '../../core/run-record.js';
import { openOutputs } from '../../drivers/power/open-outputs.js';
import type { SafetyReport } from '../../drivers/guard/guard-protocol.js';
import type { LineBackendSpec } from '../../gpio/line.js';
import { outputName, type OutputAddress } from '../../gpio/output.js';
import type { Slot } from '../../rigs/types.js';
import type { RunGuard } from './lasting-guard.js';

/** A slot as the guard knows it. */
export interface GuardedSlot {
  guard: RunGuard;
  gpio: LineBackendSpec;
  station: string;
  slot: Slot;
}

const roles = ['power', 'boot', 'reset'] as const;

/** Puts the slot's outputs under the guard; when this resolves, they go safe whatever becomes of the run. */
export async function watchSlot(guarded: GuardedSlot): Promise<void> {
  const { guard, gpio } = guarded;
  const asGuarded = (address: OutputAddress) => ({ address, safe: false });
  await guard.watch(outputsName(guarded), gpio, outputsOf(guarded.slot).map(asGuarded));
  await guard.watch(lampsName(guarded), gpio, lampsOf(guarded.slot).map(asGuarded));
}

/** The guard forgets the slot and leaves its lines as they are: from here on another run may own it. */
export async function unwatchSlot(guarded: GuardedSlot): Promise<void> {
  await guarded.guard.unwatch(outputsName(guarded));
  await guarded.guard.unwatch(lampsName(guarded));
}

/**
 * Switches the slot's outputs off and reads them back; never throws. The lamps stay as they are, for the operator, or go dark when
 * nothing is known of the board. Without a guard the lines are driven from here.
 */
export async function switchOff(guarded: GuardedSlot, lamps: 'keep' | 'darken'): Promise<LineReadback[]> {
  const { guard, slot, station } = guarded;
  const reports = await guard
    .makeSafe(outputsName(guarded))
    .catch(() => driveSafe(guarded.gpio, outputsOf(slot)));
  if (lamps === 'darken') {
    await guard.makeSafe(lampsName(guarded)).catch(() => driveSafe(guarded.gpio, lampsOf(slot)));
  }
  return roles.flatMap((role) => {
    const address = slot[role];
    if (address === undefined) return [];
    const line = outputName(address);
    return { station, slot: slot.id, role, line, ...stateIn(reports.find((report) => report.line === line)) };
  });
}

async function driveSafe(
  gpio: LineBackendSpec,
  addresses: readonly OutputAddress[],
): Promise<SafetyReport[]> {
  const reports = addresses.map(async (address): Promise<SafetyReport> => {
    const line = outputName(address);
    try {
      const backend = await openOutputs(gpio);
      try {
        await (await backend.openOutput(address, { initial: 'as-is' })).write(false);
      } finally {
        await backend.close();
      }
      return { line, ok: true };
    } catch (thrown) {
      return { line, ok: false, error: asRigError(thrown).message };
    }
  });
  return Promise.all(reports);
}

function stateIn(report: SafetyReport | undefined): Pick<LineReadback, 'state' | 'reason'> {
  if (report?.ok) return { state: 'inactive' };
  const reason = report?.error ?? 'the guard does not watch it';
  return { state: reason.startsWith('LINE_READBACK') ? 'active' : 'unknown', reason };
}

function outputsOf(slot: Slot): OutputAddress[] {
  return roles.flatMap((role) => slot[role] ?? []);
}

function lampsOf({ lamps }: Slot): OutputAddress[] {
  return [lamps.pass, lamps.fail, lamps.busy].filter((line) => line !== undefined);
}

function outputsName({ station, slot }: GuardedSlot): string {
  return `${station} ${slot.id}`;
}

function lampsName(guarded: GuardedSlot): string {
  return `${outputsName(guarded)} lamps`;
}
