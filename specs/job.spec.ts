import { eachUnit, test } from '../fixtures/index.js';

// Runs the commands of a batch file on its devices, over SSH; the deadline and the expected output of each stand there.
eachUnit({ proof: 'job' }, () => {
  test('job', async ({ power, job }) => {
    await test.step('power', () => power.on());
    await test.step('meet', () => job.meet());
    await test.step('commands', () => job.runAll());
  });
});
