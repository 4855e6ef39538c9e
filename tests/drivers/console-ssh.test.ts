import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { restartBy } from '../../drivers/console/restart-by.js';
import { openSshConsole } from '../../drivers/console/ssh-console.js';
import { failureOf } from './flash-rig.js';
import { credentials, expected, poweredDevice } from './network-console-rig.js';

describe('a console over SSH', { concurrency: 2 }, () => {
  test('runs commands, and what they print and how they end is in the log', async (t) => {
    const { address, log } = await poweredDevice(t, { chip: 'linux', lines: [] });
    const console = await openSshConsole({ address, log });
    t.after(() => console.close());
    await console.sendLine('info');
    const { groups, end } = await console.expectText(
      /^version=(?<version>\S+)\nchip=LINUX\nmac=(?<mac>\S+)$/m,
      expected('info'),
    );
    assert.deepEqual({ ...groups }, { version: '1.0.0', mac: '24:6f:28:aa:bb:cc' });
    await console.sendLine('cat /etc/os-release');
    await console.expectText(/^PRETTY_NAME="Gateway OS 1\.0\.0"$/m, { from: end, ...expected('release') });
    await console.sendLine('echo "slot ready"');
    await console.expectText(/^slot ready$/m, { from: end, ...expected('echo') });
    await console.sendLine('frobnicate --all');
    await console.expectText(/^sh: frobnicate: not found\nexit status 127$/m, {
      from: end,
      ...expected('status'),
    });
    await console.sendLine('wifi connect office wrong');
    await console.expectText(/^wifi connect: reason 15 .*\nexit status 1$/m, {
      from: end,
      ...expected('failure'),
    });
    await console.close();
    await console.close();
    const text = await readFile(log.path, 'utf8');
    assert.match(text, /# --- host key SHA256:[\w+/]{43}\n/);
    assert.match(text, / > info\n/);
    assert.ok(!text.includes(credentials.password), 'the password is in the log');
  });

  test('proves that the device restarted, and meets it again with the same key', async (t) => {
    const { address, log } = await poweredDevice(t, { chip: 'linux', lines: [] });
    const console = await openSshConsole({ address, log });
    t.after(() => console.close());
    const start = await restartBy(console, 'reboot', { timeoutMs: 10_000 });
    await console.sendLine('uptime');
    await console.expectText(/^ up 0 min, {2}load average/m, { from: start, ...expected('uptime') });
    const keys = [...(await readFile(log.path, 'utf8')).matchAll(/host key (\S+)/g)].map(([, key]) => key);
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
  });

  test('refuses another key and wrong credentials, and says neither password', async (t) => {
    const { address, log } = await poweredDevice(t, { chip: 'linux', lines: [] });
    const another = `SHA256:${'A'.repeat(43)}`;
    const wrongKey = await failureOf(openSshConsole({ address, log, hostKey: another }));
    assert.match(wrongKey.error.message, /^HOST_KEY_WRONG: .*SHA256:[\w+/]{43}, SHA256:A+ was given/);
    const key = /the host key (\S+),/.exec(wrongKey.error.message)?.[1] ?? '';
    await (await openSshConsole({ address, log, hostKey: key })).close();
    const wrong = { ...address, password: 'not-the-one' };
    const startedAt = performance.now();
    const refused = await failureOf(openSshConsole({ address: wrong, log }));
    assert.match(refused.error.message, /^AUTH_REFUSED: the SSH server of 127\..* user admin /);
    assert.ok(refused.at - startedAt < 5000, 'it was tried again and again');
    const seen = `${refused.error.message}${String(refused.error.cause)}${await readFile(log.path, 'utf8')}`;
    assert.ok(!seen.includes('not-the-one') && !seen.includes(credentials.password));
  });

  test('a device that loses power ends what waits', async (t) => {
    const { address, log, stand } = await poweredDevice(t, { chip: 'linux', lines: ['power'] });
    const console = await openSshConsole({ address, log });
    t.after(() => console.close());
    const wait = failureOf(console.expectText(/never said/, { ...expected('text'), timeoutMs: 20_000 }));
    await stand.power.off();
    assert.match((await wait).error.message, /^CONNECTION_LOST: .* port 2222/);
    assert.match((await failureOf(console.sendLine('info'))).error.message, /^CONNECTION_LOST/);
    const { error } = await failureOf(console.reconnect({ timeoutMs: 200 }));
    assert.match(error.message, /^DUT_SILENT: .*refuses the connection/);
  });

  test('a silent one takes a command and says nothing', async (t) => {
    const { address, log } = await poweredDevice(t, { chip: 'linux', faults: [{ kind: 'silent-console' }] });
    const console = await openSshConsole({ address, log });
    t.after(() => console.close());
    await console.sendLine('info');
    const wait = console.expectText(/./, { ...expected('text'), timeoutMs: 300 });
    assert.match((await failureOf(wait)).error.message, /^no text/);
  });
});
