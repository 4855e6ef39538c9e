import assert from 'node:assert/strict';
import { RigError } from '../../../core/errors.js';
import { failureOf } from '../flash-rig.js';
import { lastImage, type ContractRun } from './contract-run.js';

/** Calls that cannot be right, and are refused before they do anything. */
export function refusedCases(run: ContractRun): void {
  const { subject, bench } = run;
  const { nowhere, misfits, firmwareRuns } = subject;
  const main = lastImage(run);

  bench.onBoard(
    'an aborted signal starts nothing, and its own reason is kept',
    [],
    async ({ stand, driver }) => {
      const probe = driver.probe({ signal: AbortSignal.abort() });
      assert.match((await failureOf(probe)).error.message, /^FLASH_ABORTED/);
      const signal = AbortSignal.abort(new RigError('STEP_TIMEOUT', 'too long'));
      assert.match((await failureOf(driver.probe({ signal }))).error.message, /^STEP_TIMEOUT: too long/);
      assert.equal(stand.entered(), 0);
    },
  );

  if (nowhere) {
    bench.onBoard('a place that does not exist is named', [], async ({ open }) => {
      const { error } = await failureOf((await open(nowhere.options)).probe());
      assert.ok(error.message.startsWith(`${nowhere.code}: `), error.message);
      assert.ok(error.message.includes(nowhere.names), error.message);
    });
  }

  if (misfits) {
    bench.onBoard('images and regions that do not fit are refused', [], async ({ driver }) => {
      await driver.probe();
      for (const misfit of misfits(bench.images)) {
        const work = 'image' in misfit ? driver.write([misfit.image]) : driver.erase(misfit.region);
        assert.match((await failureOf(work)).error.message, misfit.says);
      }
    });
  }

  if (firmwareRuns) {
    bench.onBoard(
      'tells a board that runs its firmware from a silent one, and quotes it',
      [],
      async ({ stand, open }) => {
        const driver = await open({ enterLoader: firmwareRuns.enter(stand) });
        const { error } = await failureOf(driver.write([main.image]));
        assert.match(error.message, /^DUT_NOT_IN_LOADER: /);
        assert.match(error.message, firmwareRuns.quotes);
      },
    );
  }
}
