import type { Batch } from '../../rigs/batch/types.js';

/** A result that the operator is not shown yet. */
export interface HeldResult {
  station: string;
  slot: string;
  state: 'pass' | 'fail';
}

/**
 * Results of a wave that may have to be rolled back: a lamp says that a board may be taken out, and one that is out cannot be given back what it held. Only for waves
 * that fit into the slots; in others boards have to leave before the wave is judged.
 */
export interface HeldLamps {
  /** True when the operator is not to be shown the result before its wave is judged. */
  hold(result: HeldResult, wave: number): boolean;
  /** Shows what was held; without an argument everything is dropped instead, since the boards are rolled back where they are. */
  release(show?: (result: HeldResult) => void): void;
}

export function createHeldLamps(
  { strategy, rollbackWave, waves }: Pick<Batch, 'strategy' | 'rollbackWave' | 'waves'>,
  { slots, units }: { slots: number; units: number },
): HeldLamps {
  const held: HeldResult[] = [];
  const fits = (wave: number) => {
    if (strategy !== 'gradual' || !rollbackWave || waves.kind === 'time-based') return false;
    const factor = waves.kind === 'fixed' ? waves.factor ** (wave - 1) : 1;
    return (waves.size === 0 ? units : waves.size * factor) <= slots;
  };
  return {
    hold(result, wave) {
      if (!fits(wave)) return false;
      held.push(result);
      return true;
    },
    release(show) {
      for (const result of held.splice(0)) show?.(result);
    },
  };
}
