import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openInterlock, type Interlock } from '../../../batch/station/interlock.js';
import { openBackend } from '../../../gpio/backend.js';
import type { LineBackend } from '../../../gpio/line.js';
import { serveBenchLines, type BenchLinesServer } from '../../gpio/bench-lines-server.js';
import { listen } from '../../gpio/line-contract.js';

const chip = 'panel';
const lid = { chip, line: 0, debounceMs: 5 };
const start = { chip, line: 1, debounceMs: 0 };
const signal = new AbortController().signal;

describe('a station between two panels', () => {
  let server: BenchLinesServer;
  let backend: LineBackend;
  let interlock: Interlock;
  const told = listen<string>();

  const set = ({ line }: { line: number }, level: 0 | 1) => server.bank.drive(chip, line, level);
  const mayStart = () => interlock.mayStart({ signal, onWait: told.hear });
  const open = async (lines: { lid?: typeof lid; start?: typeof start }) => {
    interlock = await openInterlock('station1', { ...lines, waitSeconds: 60 }, backend);
  };

  beforeEach(async () => {
    told.all.length = 0;
    server = await serveBenchLines([lid, start]);
    backend = await openBackend(server.spec);
    set(lid, 1);
  });
  afterEach(async () => {
    await interlock.close();
    await backend.close();
    await server.close();
  });

  test('may be opened without a cut, and goes on when its lid was opened and closed', async () => {
    await open({ lid });
    await mayStart();
    interlock.rest();
    const started = mayStart();
    await told.until((all) => all.at(-1) === 'open the lid, change the boards and close it');
    set(lid, 0);
    await told.until((all) => all.at(-1) === 'close the lid');
    assert.equal(interlock.cut.aborted, false);
    set(lid, 1);
    await started;
  });

  test('waits for its start button where it has one', async () => {
    await open({ lid, start });
    const first = mayStart();
    await told.until((all) => all.at(-1) === 'press start');
    set(start, 1);
    await first;
    set(start, 0);
    interlock.rest();
    const second = mayStart();
    await told.until((all) => all.filter((what) => what === 'press start').length === 2);
    set(start, 1);
    await second;
  });

  test('is cut by its lid again once it was started again', async () => {
    await open({ lid });
    await mayStart();
    interlock.rest();
    const started = mayStart();
    set(lid, 0);
    await told.until((all) => all.at(-1) === 'close the lid');
    set(lid, 1);
    await started;
    const cut = new Promise<void>((resolve) => interlock.cut.addEventListener('abort', () => resolve()));
    set(lid, 0);
    await cut;
    await assert.rejects(mayStart(), { code: 'LID_OPENED' });
  });
});
