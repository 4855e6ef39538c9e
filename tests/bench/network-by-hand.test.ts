import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { pollUntil } from '../../core/deadline.js';
import { startBenchProcess } from './bench-process.js';
import { slotWith } from './board-rig.js';
import { nodeImage } from './network-rig.js';

const run = promisify(execFile);
const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl && process.env['RIG_TOOLS'] === 'required')
  throw new Error('curl does not run, and RIG_TOOLS=required is set');
const options = hasCurl ? {} : { skip: 'needs curl: apt-get install curl' };

test('curl updates a device of a bench that was started by hand', options, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rig-curl-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x.bin');
  writeFileSync(file, nodeImage('esp32', '1.3.0'));
  const slot = { ...slotWith(), network: { user: 'admin', password: 'demo' } };
  const bench = await startBenchProcess(t, { byHand: true, slots: [slot] });
  const { host = '', ports } = bench.state.slots['slot1']?.network ?? {};
  const url = `http://${host}:${ports?.http}`;
  const curl = async (...args: string[]) =>
    (await run('curl', ['--silent', '--show-error', '--user', 'admin:demo', ...args])).stdout;
  const until = (version: string) =>
    pollUntil(
      async () => {
        const page = await curl(`${url}/info`).catch(() => '');
        return page.includes(`"version":"${version}"`) ? page : undefined;
      },
      { timeoutMs: 10_000, intervalMs: 100, onTimeout: () => new Error(`no version ${version}`) },
    );
  assert.match(await until('1.0.0'), /"chip":"ESP32","mac":"24:6f:28:11:00:01"/);
  assert.match(await curl('--form', `firmware=@${file}`, `${url}/update`), /Update Success! Rebooting/);
  await until('1.3.0');
  const formless = ['--header', 'Content-Type: multipart/form-data', '--data', 'x', `${url}/update`];
  assert.match(await curl(...formless), /Update error: No form received/);
  writeFileSync(file, 'not an image');
  assert.match(await curl('--form', `firmware=@${file}`, `${url}/update`), /Update error: Wrong Magic Byte/);
});
