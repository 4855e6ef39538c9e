import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { restartBy } from '../../drivers/console/restart-by.js';
import { openTcpConsole } from '../../drivers/console/tcp-console.js';
import { failureOf } from './flash-rig.js';
import { expected, poweredDevice } from './network-console-rig.js';

describe('a console over TCP', { concurrency: 2 }, () => {
  test('waits for a device that is starting, and hears it come up', async (t) => {
    const { address, log, stand } = await poweredDevice(t, { chip: 'esp32' });
    await stand.power.off();
    const opening = openTcpConsole({ address, log });
    await stand.power.on();
    const console = await opening;
    t.after(() => console.close());
    await console.expectText(/console ready/, expected('ready marker'));
    const from = console.cursor();
    await console.sendLine('info');
    const { groups } = await console.expectText(/^version=(?<version>\S+)\n[^]*^OK$/m, {
      from,
      ...expected('answer'),
    });
    assert.equal(groups['version'], '1.0.0');
    const text = await readFile(log.path, 'utf8');
    assert.match(text, /# --- console open: 127\.[\d.]+ port 2323\n/);
    assert.match(text, / > info\n/);
    assert.match(text, / \| version=1\.0\.0\n/);
  });

  test('a device that restarts ends the wait, is met again, and its log goes on', async (t) => {
    const { address, log } = await poweredDevice(t, { chip: 'esp32' });
    const console = await openTcpConsole({ address, log });
    t.after(() => console.close());
    await console.expectText(/console ready/, expected('ready marker'));
    const wait = failureOf(console.expectText(/never said/, { ...expected('text'), timeoutMs: 20_000 }));
    const before = console.lost;
    const start = await restartBy(console, 'reboot', { timeoutMs: 10_000 });
    assert.match((await wait).error.message, /^CONNECTION_LOST: .* port 2323/);
    assert.ok(before.aborted && !console.lost.aborted);
    const { end } = await console.expectText(/console ready/, {
      from: start,
      ...expected('second ready marker'),
    });
    await console.sendLine('mem');
    await console.expectText(/^flash_test=ok$/m, { from: end, ...expected('answer') });
  });

  test('a command that does not restart the device is known', async (t) => {
    const { address, log } = await poweredDevice(t, { chip: 'esp32' });
    const console = await openTcpConsole({ address, log });
    t.after(() => console.close());
    const { error } = await failureOf(restartBy(console, 'mem', { timeoutMs: 1000 }));
    assert.match(error.message, /^RESTART_FAILED: .*after "mem"; the last lines were:[^]*flash_test=ok/);
  });

  test('says why nobody was met, in time', async (t) => {
    const { address, log } = await poweredDevice(t, { chip: 'esp32', faults: [{ kind: 'dead' }] });
    const startedAt = performance.now();
    const refused = await failureOf(openTcpConsole({ address, log, connectTimeoutMs: 300 }));
    assert.match(refused.error.message, /^DUT_SILENT: .* port 2323 within 0\.3 s: it refuses the connection/);
    assert.ok(refused.at - startedAt < 1500, `${refused.at - startedAt} ms`);
    const stop = new AbortController();
    const opening = failureOf(openTcpConsole({ address, log, signal: stop.signal }));
    stop.abort();
    assert.match((await opening).error.message, /^ABORTED/);
  });

  test('a silent console takes lines and gives none', async (t) => {
    const { address, log } = await poweredDevice(t, { chip: 'esp32', faults: [{ kind: 'silent-console' }] });
    const console = await openTcpConsole({ address, log });
    t.after(() => console.close());
    await console.sendLine('info');
    const wait = console.expectText(/./, { ...expected('text'), timeoutMs: 300 });
    assert.match((await failureOf(wait)).error.message, /^no text/);
  });

  test('a device that panics drops the connection again and again', async (t) => {
    const { address, log } = await poweredDevice(t, {
      chip: 'esp32',
      faults: [{ kind: 'panic', afterMs: 100 }],
    });
    const console = await openTcpConsole({ address, log });
    t.after(() => console.close());
    await failureOf(console.expectText(/never said/, { ...expected('text'), timeoutMs: 10_000 }));
    await console.reconnect({ timeoutMs: 5000 });
    const { error } = await failureOf(
      console.expectText(/never said/, { ...expected('text'), timeoutMs: 10_000 }),
    );
    assert.match(error.message, /^CONNECTION_LOST/);
    assert.match(console.textFrom(0), /Guru Meditation Error/);
  });

  test('cannot reset a board, ends what waits when it is closed, and may be closed twice', async (t) => {
    const { address, log } = await poweredDevice(t, { chip: 'esp8266' });
    const console = await openTcpConsole({ address, log });
    assert.match(
      (await failureOf(console.resetBoard())).error.message,
      /^CONFIG_INVALID: .*console\.restart/,
    );
    const wait = failureOf(console.expectText(/never said/, { ...expected('text'), timeoutMs: 20_000 }));
    await console.close();
    await console.close();
    assert.match((await wait).error.message, /^PORT_LOST: .*was closed/);
    assert.match((await failureOf(console.sendLine('info'))).error.message, /^PORT_LOST: .*was closed/);
    assert.match((await failureOf(console.reconnect({ timeoutMs: 100 }))).error.message, /^PORT_LOST/);
  });
});
