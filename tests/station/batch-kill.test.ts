import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeRigFolder } from '../rig-folder.js';
import { killBatches } from './batch-kill-campaign.js';

/** `RIG_KILLS=200` is what a release wants to see; `RIG_SEED` gives another campaign. */
const kills = Number(process.env['RIG_KILLS'] ?? 4);
const seed = Number(process.env['RIG_SEED'] ?? 1);

test(`a batch that is killed ${kills} times has every unit once in its records, and nothing stays on`, async (context) => {
  const rig = await makeRigFolder({ slots: 3 });
  try {
    const made = await killBatches({
      rig,
      kills,
      seed,
      units: 6,
      withinMs: 14_000,
      onKill: ({ victims, atMs, inHand }, total) =>
        context.diagnostic(
          `kill ${total}: ${victims} after ${atMs ?? 0} ms, in hand ${inHand.join(', ') || 'none'}`,
        ),
    });
    assert.equal(made.length, kills);
  } finally {
    await rig.remove();
  }
});
