import { resolve } from 'node:path';
import type { BatchDraft } from './draft.js';
import { versionField } from './flag-problems.js';
import type { BatchFlags } from './flags.js';
import { patch, type Patch } from './patched-file.js';
import { resaid, saidByFlag } from './said.js';

/** Longest run of a post-flash script, in ms. */
const scriptTimeoutMs = 60_000;

/** What flags say in place of station, slot, board and release files. */
export function flagPatches(
  flags: BatchFlags,
): Pick<BatchDraft, 'stationPatches' | 'boardPatches' | 'releasePatches'> {
  const script = saidByFlag('--post-flash-script', flags.postFlashScript);
  const delay = saidByFlag('--power-cycle-delay', flags.powerCycleDelaySeconds);
  const check = script && {
    name: 'post-flash-script',
    required: true,
    script: {
      path: resolve(script.value),
      args: [],
      timeoutMs: scriptTimeoutMs,
      takesPort: false,
      measure: [],
    },
  };
  return {
    stationPatches: patch(['powerOn', 'offMs'], delay && resaid(delay, Math.round(delay.value * 1000))),
    boardPatches: patch(['checks', '-'], script, check),
    releasePatches: skipPatches(flags),
  };
}

/** A release that has a proof of its own keeps it, unless the flag names another. */
function skipPatches({ conditionalFlash, currentVersionField }: BatchFlags): Patch[] {
  const asked = saidByFlag('--conditional-flash', conditionalFlash === true ? true : undefined);
  if (asked === undefined)
    return conditionalFlash === false
      ? patch(['skip'], saidByFlag('--conditional-flash', false), undefined)
      : [];
  const field = saidByFlag('--current-version-field', currentVersionField);
  if (field !== undefined) return patch(['skip'], field, versionField(field.value));
  const unless = (written: unknown): boolean => written !== undefined;
  return patch(['skip'], asked, { by: 'digest', lengthBytes: 32 }).map((each) => ({ ...each, unless }));
}
