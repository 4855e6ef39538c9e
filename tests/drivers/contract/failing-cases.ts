import assert from 'node:assert/strict';
import type { FaultKind } from '../../../rigs/faults.js';
import { failureOf } from '../flash-rig.js';
import {
  assertNames,
  assertUntouched,
  assertWritten,
  codeIn,
  failsAs,
  inFlash,
  lastImage,
  type ContractRun,
} from './contract-run.js';
import { momentNow, type Moment } from './stopwatch.js';
import type { FaultRow } from './subject.js';

/** Boards that are wrong or go wrong: each ends with its code, in time, and never as a pass. */
export function failingCases(run: ContractRun): void {
  const { subject, bench } = run;
  const main = lastImage(run);
  /** A board with the row's fault, unless the row cannot be. */
  const withFault = (row: FaultRow, title: string, work: Parameters<typeof bench.onBoard>[2]) => {
    if (subject.notApplicable?.[row] !== undefined) return;
    const faults = subject.faults[row];
    if (faults === undefined)
      throw new Error(`the subject needs a fault for '${row}', or the reason why it cannot be`);
    bench.onBoard(title, faults, work);
  };

  withFault('silent', 'knows a silent board in time', async ({ driver }) => {
    const started = momentNow();
    const call = subject.firstContact === 'write' ? driver.write([main.image]) : driver.probe();
    await failsAs(run, 'silent', call, { what: 'known', since: () => started });
  });

  withFault('deadline', 'knows in time that the board has stopped, and says where', async ({ driver }) => {
    let last = momentNow();
    const write = driver.write([main.image], { onProgress: () => (last = momentNow()) });
    const error = await failsAs(run, 'deadline', write, { what: 'stopped', since: () => last });
    assertNames(run, error, main);
  });

  withFault(
    'wrongChip',
    'refuses another chip before anything is written, and names both',
    async ({ stand, driver }) => {
      const started = momentNow();
      await assertUntouched(run, stand, async () => {
        const { message } = await failsAs(run, 'wrongChip', driver.write([main.image]), {
          what: 'nothing written',
          since: () => started,
        });
        const fitted = (subject.faults.wrongChip ?? []).flatMap((fault) =>
          fault.kind === 'wrong-chip' ? [fault.chip] : [],
        );
        const plain = message.toLowerCase().replace(/[^a-z0-9]/g, '');
        for (const chip of [subject.chip, ...fitted]) assert.ok(plain.includes(chip), message);
      });
    },
  );

  withFault('badCell', 'a bad cell is a mismatch that names the image', async ({ driver }) => {
    const started = momentNow();
    const work = driver.write([main.image]).then(() => driver.verify([main.image]));
    const error = await failsAs(run, 'badCell', work, { what: 'never a pass', since: () => started });
    assertNames(run, error, main);
  });

  withFault(
    'protected',
    'a chip that is protected is refused, and stays as it is',
    async ({ stand, driver }) => {
      const started = momentNow();
      await assertUntouched(run, stand, async () => {
        const work = driver.write([main.image]);
        await failsAs(run, 'protected', work, { what: 'nothing written', since: () => started });
      });
    },
  );

  if (subject.notApplicable?.droppedBytes === undefined) droppedBytes(run);
}

function droppedBytes(run: ContractRun): void {
  const shares = run.subject.droppedShares ?? [0.00003, 0.001];
  const faults = shares.map((share): FaultKind[] => [{ kind: 'dropped-bytes', share }]);
  const main = lastImage(run);
  run.bench.onBoards(
    'lost bytes never make a pass of what is not in flash',
    faults,
    async ({ stand, driver }, index) => {
      const startedAt = performance.now();
      const isHigh = index > 0;
      try {
        await driver.write([main.image]);
        await driver.verify([main.image]);
      } catch (error) {
        const code = codeIn(run, 'droppedBytes', error);
        const seconds = (performance.now() - startedAt) / 1000;
        if (isHigh) run.seen.add('droppedBytes', { what: 'never a false pass', codes: [code], seconds });
        return;
      }
      assert.ok(!isHigh, `${shares[1]} of the bytes lost, and it passed`);
      assert.ok((await inFlash(run, stand, main)).equals(main.bytes), 'a false pass');
    },
  );
}

/** Interruptions from outside: the operator's, and the plug. */
export function interruptedCases(run: ContractRun): void {
  const { subject, bench } = run;
  const main = lastImage(run);
  /** Calls once, when so much of the image is written. */
  const when = (act: () => void) => {
    let done = false;
    return ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }) => {
      if (done || doneBytes < totalBytes * (subject.interruptAt ?? 0.3)) return;
      done = true;
      act();
    };
  };

  if (subject.notApplicable?.abort === undefined) {
    bench.onBoard(
      'stops within a second of the signal, and can then write again',
      [],
      async ({ stand, driver }) => {
        const stop = new AbortController();
        let aborted: Moment | undefined;
        const onProgress = when(() => {
          aborted = momentNow();
          stop.abort();
        });
        const write = driver.write([main.image], { signal: stop.signal, onProgress });
        await failsAs(run, 'abort', write, { what: 'stops, then writes again', since: () => aborted });
        await driver.write([main.image]);
        await assertWritten(run, stand, main);
      },
    );
  }

  if (subject.notApplicable?.unplugged === undefined) {
    bench.onBoard('a board that is unplugged in the middle is lost', [], async ({ stand, driver }) => {
      let unplugged: Moment | undefined;
      let unplugging: Promise<void> | undefined;
      const onProgress = when(() => {
        unplugged = momentNow();
        unplugging = stand.unplug();
      });
      const write = driver.write([main.image], { onProgress });
      await failsAs(run, 'unplugged', write, { what: 'lost', since: () => unplugged });
      await unplugging;
    });
  }

  bench.onBoard('closing ends the call that runs, and may be done twice', [], async ({ driver }) => {
    let closed: Promise<void> | undefined;
    const write = driver.write([main.image], { onProgress: when(() => void (closed = driver.close())) });
    assert.match((await failureOf(write)).error.message, /^PORT_LOST: .* was closed/);
    await closed;
    await driver.close();
    assert.match((await failureOf(driver.probe())).error.message, /^PORT_LOST: .* was closed/);
  });
}
