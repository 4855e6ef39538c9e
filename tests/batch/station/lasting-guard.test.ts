import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLastingGuard } from '../../../batch/station/lasting-guard.js';
import type { RigError } from '../../../core/errors.js';
import { serveBenchLines } from '../../gpio/bench-lines-server.js';

/** Guards are children of this process that say who they are. */
async function guardPids(): Promise<number[]> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  const pids = children.trim().split(' ').filter(Boolean).map(Number);
  const titles = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => /guard/.test(titles[index] ?? ''));
}

test(
  'when the guard is killed another one watches the same lines, until too many have died',
  { timeout: 60_000, skip: process.platform !== 'linux' && 'needs /proc' },
  async () => {
    const address = { chip: 'bench', line: 0 };
    const server = await serveBenchLines([address]);
    const folder = await mkdtemp(join(tmpdir(), 'rig-guard-'));
    const losses: RigError[] = [];
    const guard = await startLastingGuard({
      log: join(folder, 'guard.log'),
      onLost: (error) => losses.push(error),
    });
    const killGuard = async () => {
      const [pid] = await guardPids();
      assert.ok(pid);
      process.kill(pid, 'SIGKILL');
      server.bank.output(address.chip, address.line, 1);
    };
    try {
      await guard.watch('slot1', server.spec, [{ address, safe: false }]);
      for (const death of [1, 2, 3]) {
        await killGuard();
        const [report] = await guard.makeSafe('slot1');
        assert.equal(report?.ok, true, `after death ${death}`);
        assert.equal(server.bank.isActive(address), false);
        assert.equal(losses.length, death);
        assert.match(
          losses.at(-1)?.message ?? '',
          /GUARD_LOST: the guard process .* another one took its place/,
        );
      }
      await killGuard();
      await assert.rejects(guard.makeSafe('slot1'), /GUARD_LOST/);
      await assert.rejects(guard.stop(), /GUARD_LOST/);
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
