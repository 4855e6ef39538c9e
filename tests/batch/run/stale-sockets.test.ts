import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeStaleSockets } from '../../../batch/run/stale-sockets.js';
import { serveRpc } from '../../../core/rpc.js';

/** A socket whose process was killed: nothing removed it. */
function leaveSocket(path: string): void {
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  assert.throws(() => execFileSync(process.execPath, ['-e', program]));
}

test('sockets of killed runs go; those of live runs, and those that are quite new, stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rig-sockets-'));
  const live = await serveRpc(join(folder, 'live.sock'), () => null);
  try {
    for (const name of ['dead.sock', 'new.sock']) leaveSocket(join(folder, name));
    const old = new Date(Date.now() - 120_000);
    for (const name of ['dead.sock', 'live.sock']) await utimes(join(folder, name), old, old);
    await removeStaleSockets(folder);
    assert.deepEqual((await readdir(folder)).sort(), ['live.sock', 'new.sock']);
  } finally {
    await live.close();
    await rm(folder, { recursive: true, force: true });
  }
});
