import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { openBackend } from '../../gpio/backend.js';
import { driveLine } from '../../gpio/gpiod-holder.js';
import { placeOf, startedFor } from '../../gpio/gpiod-note.js';
import { syntaxOf } from '../../gpio/gpiod-tools.js';
import { withLock } from '../../gpio/gpiod-lock.js';
import { argumentsOf, endProcess, isAlive, markOf, processesWith } from '../../gpio/gpiod-process.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

// What can be seen without a GPIO chip; tests/kernel/ has the rest.

void test('without the commands of libgpiod, the message says what to install', async () => {
  await withPath('/nowhere', async (folder) => {
    await assert.rejects(
      openBackend({ kind: 'gpiod', folder }),
      /^RigError: GPIO_BACKEND_MISSING: there is no `gpioset`; apt-get install gpiod/,
    );
  });
});

void test('commands of a version that is not known are refused with what they said', async () => {
  const tools = await mkdtemp(join(tmpdir(), 'rig-gpiod-tools-'));
  try {
    await writeFile(join(tools, 'gpioset'), '#!/bin/sh\necho "gpioset (libgpiod) v3.0"\n');
    await chmod(join(tools, 'gpioset'), 0o755);
    await withPath(tools, async (folder) => {
      await assert.rejects(
        openBackend({ kind: 'gpiod', folder }),
        /GPIO_BACKEND_MISSING: `gpioset --version` says 'gpioset \(libgpiod\) v3\.0'/,
      );
    });
  } finally {
    await rm(tools, { recursive: true });
  }
});

void test('a lock is had by one at a time', async () => {
  const name = `rig-lock-test-${process.pid}`;
  let inside = 0;
  let most = 0;
  const enter = () =>
    withLock(name, 'a line', async () => {
      most = Math.max(most, (inside += 1));
      await new Promise(setImmediate);
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 8 }, enter));
  assert.equal(most, 1);
});

void test('a lock whose owner was killed is free', async () => {
  const name = `rig-lock-test-killed-${process.pid}`;
  const program = `require('node:net').createServer().listen('\\0${name}', () => console.log('locked'))`;
  const owner = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(owner.stdout, 'data');
  const entered = withLock(name, 'a line', async () => owner.killed);
  owner.kill('SIGKILL');
  assert.equal(await entered, true);
});

void test('a process is known by its start, its arguments and its environment, and ended for good', async () => {
  const child = spawn('sleep', ['1000'], { env: { ...process.env, RIG_MARK_TEST: 'a=b' }, stdio: 'ignore' });
  const mark = markOf(child.pid ?? 0);
  assert.ok(mark);
  assert.ok(isAlive(mark));
  assert.ok(!isAlive({ ...mark, startTime: `${mark.startTime}0` }));
  assert.deepEqual(argumentsOf(mark.pid), ['1000']);
  assert.deepEqual(processesWith('RIG_MARK_TEST'), [{ ...mark, value: 'a=b' }]);
  await endProcess({ ...mark, startTime: '1' });
  assert.ok(isAlive(mark));
  await endProcess(mark);
  assert.ok(!isAlive(mark));
  await endProcess(mark);
});

void test('a holder that cannot be noted, as on a full disk, does not go on driving its line', async () => {
  const tools = await mkdtemp(join(tmpdir(), 'rig-gpiod-tools-'));
  try {
    await writeFile(join(tools, 'gpioset'), '#!/bin/sh\nexec /bin/sleep 1000\n');
    await chmod(join(tools, 'gpioset'), 0o755);
    await withPath(tools, async (folder) => {
      const chip = { name: 'gpiochip0', label: 'sim', lineCount: 8, device: 'gpiochip0:1:1' };
      const found = async () => chip;
      const chips = { find: found, findAgain: found, isThere: () => true };
      const syntax = syntaxOf('gpioset (libgpiod) v1.6.3');
      assert.ok(syntax);
      const place = placeOf({ chip: 'sim', line: 3 }, { folder, chips, syntax });
      // Nothing can be put in its place.
      await mkdir(place.noteFile);
      await assert.rejects(driveLine(place, 1), /DISK_WRITE_FAILED: who holds sim\/3 could not be noted/);
      assert.deepEqual(startedFor(place).own, []);
      assert.deepEqual(await readdir(folder), [basename(place.noteFile)]);
    });
  } finally {
    await rm(tools, { recursive: true });
  }
});

async function withPath(path: string, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-gpiod-'));
  const before = process.env['PATH'];
  process.env['PATH'] = path;
  try {
    await body(folder);
  } finally {
    process.env['PATH'] = before;
    await rm(folder, { recursive: true });
  }
}
