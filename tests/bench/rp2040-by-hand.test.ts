import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { pollUntil } from '../../core/deadline.js';
import { startBenchProcess } from './bench-process.js';
import { slotWith } from './board-rig.js';
import { openHost } from './host.js';
import { uf2 } from './pico.js';

test('a Pico on a bench by hand takes what cp copies, runs it, and shows its drive again when its console is closed', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'rig-by-hand-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'firmware.uf2');
  await writeFile(file, uf2);
  const slot = { ...slotWith(), chip: 'rp2040', flashSizeBytes: 0x200000, hasBootDrive: true };
  const { state } = await startBenchProcess(context, { slots: [slot], byHand: true });
  const { drive = '', serialPath = '' } = state.slots['slot1'] ?? {};
  const until = (isThere: boolean) =>
    pollUntil(async () => existsSync(drive) === isThere || undefined, {
      intervalMs: 10,
      timeoutMs: 5000,
      onTimeout: () => new Error(`the drive ${isThere ? 'does not appear' : 'stays'}`),
    });

  await until(true);
  const host = await openHost(serialPath);
  await promisify(execFile)('cp', [file, drive]);
  await until(false);
  await host.until(/demo-probe 1\.2\.0\n(.*\n)*Factory test console ready/);
  // What a loader's tool would say first means nothing to this board: only its firmware listens.
  await host.send(Buffer.from([0xc0, 0x00, 0x08, 0x24, 0x00]));
  assert.match(await host.ask(' help'), /ERROR: unknown command|OK/);
  assert.ok(!existsSync(drive));
  await host.close();
  await until(true);
});
