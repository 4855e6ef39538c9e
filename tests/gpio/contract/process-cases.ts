import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pollUntil } from '../../../core/deadline.js';
import type { HolderPlan, HolderState } from '../programs/line-holder.js';
import { needed, type LineHost } from './host.js';
import { kill, startProgram } from './program.js';
import type { SeenRows } from './seen.js';

/** DESIGN: after SIGKILL all outputs are off within this time. */
const offWithinSeconds = 2;

export interface ProcessSubject {
  name: string;
  start: () => Promise<LineHost>;
  seen: SeenRows | undefined;
}

/**
 * What becomes of a line whose user is killed, without and with the guard. Hosts share the processes, whose start is what
 * takes long.
 */
export function processCases(subjects: readonly ProcessSubject[]): void {
  const names = subjects.map(({ name }) => name).join('; ');
  void test(
    `${names}: a line whose user was killed can be taken and driven`,
    { timeout: 60_000 },
    async (t) => {
      const hosts = await startAll(subjects, (close) => t.after(close));
      const { child } = await startProgram<HolderState>(holder, planFor(hosts), (end) => t.after(end));
      for (const { host } of hosts) assert.equal(host.outputLevel(), 1);
      await kill(child);
      for (const { host, seen, name } of hosts) {
        const after = host.outputLevel();
        const backend = await host.open();
        try {
          const line = await backend.openOutput(host.output, { initial: 'as-is' });
          assert.equal(await line.read(), after === 1, name);
          await line.write(false);
          assert.equal(host.outputLevel(), 0, name);
        } finally {
          await backend.close();
        }
        seen?.add('killed', {
          what: `${after === 1 ? 'stays driven' : 'is let go'}; the next user takes it`,
          codes: [],
        });
      }
    },
  );

  void test(
    `${names}: when the owner is killed the guard switches its lines off`,
    { timeout: 60_000 },
    async (t) => {
      const hosts = await startAll(subjects, (close) => t.after(close));
      const folder = await mkdtemp(join(tmpdir(), 'rig-guard-'));
      t.after(() => rm(folder, { recursive: true, force: true }));
      const log = join(folder, 'guard.log');
      const plan = { ...planFor(hosts), log };
      const { child, state } = await startProgram<HolderState>(holder, plan, (end) => t.after(end));
      const { guard = 0 } = state;
      t.after(() => void (isRunning(guard) && process.kill(guard, 'SIGKILL')));
      for (const { host } of hosts) assert.equal(host.outputLevel(), 1);
      const killedAt = performance.now();
      child.kill('SIGKILL');
      for (const { host, seen, name } of hosts) {
        await until(`the line of ${name} is off`, () => host.outputLevel() === 0);
        const seconds = (performance.now() - killedAt) / 1000;
        assert.ok(seconds < offWithinSeconds, `${name}: ${seconds} s`);
        seen?.add('guard', { what: 'off, and stays off', codes: [], seconds });
      }
      await until('the guard has ended', () => !isRunning(guard));
      for (const { host, name } of hosts) assert.equal(host.outputLevel(), 0, name);
      assert.match(
        await readFile(log, 'utf8'),
        new RegExp(`ends after \\d+ ms; ${hosts.length} of ${hosts.length} lines are safe\n$`),
      );
    },
  );
}

const holder = new URL('../programs/line-holder.ts', import.meta.url);

type Started = ProcessSubject & { host: LineHost };

async function startAll(
  subjects: readonly ProcessSubject[],
  atEnd: (close: () => Promise<void>) => void,
): Promise<Started[]> {
  const hosts: Started[] = [];
  for (const subject of subjects) {
    const host = await subject.start();
    atEnd(() => host.close());
    hosts.push({ ...subject, host });
  }
  return hosts;
}

function planFor(hosts: readonly Started[]): HolderPlan {
  return { lines: hosts.map(({ host }) => ({ spec: needed(host.spec, 'spec'), address: host.output })) };
}

function until(what: string, fits: () => boolean): Promise<boolean> {
  return pollUntil(async () => (fits() ? true : undefined), {
    intervalMs: 5,
    timeoutMs: 20_000,
    onTimeout: () => new Error(`waited 20 s until ${what}`),
  });
}

/** A zombie, which waits for a parent that may never collect it, does not run any more. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}
