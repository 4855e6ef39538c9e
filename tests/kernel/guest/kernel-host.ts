import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from '../../../core/deadline.js';
import { openBackend } from '../../../gpio/backend.js';
import { findSyntax, runGpiod } from '../../../gpio/gpiod-run.js';
import { parseChips } from '../../../gpio/gpiod-tools.js';
import type { LineBackendSpec } from '../../../gpio/line.js';
import type { LineHost } from '../../gpio/contract/host.js';
import type { KernelChip } from './kernel-chip.js';
import { asNobody } from './nobody.js';

const output = 5;
const input = 9;

/** A host for the contract: this backend, on this chip as new. */
export async function kernelHost(kind: 'onoff' | 'gpiod', chip: KernelChip): Promise<LineHost> {
  chip.reset();
  const folder = await mkdtemp(join(tmpdir(), 'rig-lines-'));
  await chmod(folder, 0o755);
  const notes = join(folder, 'own');
  const spec = specFor(kind, notes);
  const watched: { changes: (0 | 1)[]; look: () => (0 | 1)[] }[] = [];
  const address = (line: number) => ({ chip: chip.label, line });
  return {
    open: () => openBackend(spec),
    spec,
    output: address(output),
    input: address(input),
    drive: async (level) => chip.drive(input, level),
    outputLevel: () => chip.level(output),
    outputChanges() {
      const changes: (0 | 1)[] = [];
      watched.push({ changes, look: chip.watch(output) });
      return changes;
    },
    catchUp() {
      // Only the last one: looking at a line from now on forgets what was before.
      const last = watched.at(-1);
      last?.changes.splice(0, Infinity, ...last.look());
    },
    noticedBy: () => noticedBy(kind, chip, input),
    ...(chip.ground && { ground: async () => chip.ground?.(output) }),
    occupy: () => occupy(chip, output),
    async asStranger(work) {
      const strange = join(folder, 'strange');
      await mkdir(strange);
      await chmod(strange, 0o777);
      await asNobody([], async () => {
        const backend = await openBackend(specFor(kind, join(strange, 'notes')));
        try {
          await work(backend);
        } finally {
          await backend.close();
        }
      });
    },
    lose: async () => chip.lose(),
    restore: async () => chip.restore(),
    async close() {
      if (kind === 'gpiod') await endHolders();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function specFor(kind: 'onoff' | 'gpiod', folder: string): LineBackendSpec {
  return kind === 'gpiod' ? { kind, folder } : { kind };
}

/** As the kernel shows it: a line whose chip has interrupts has the file `edge`, and gpiomon only lives on such lines. */
function noticedBy(kind: 'onoff' | 'gpiod', { label }: KernelChip, line: number): string {
  if (kind === 'gpiod') return pidsOf('gpiomon').length > 0 ? 'by interrupt' : 'by looking';
  const root = '/sys/class/gpio';
  const chip = readdirSync(root).find((name) => {
    const file = join(root, name, 'label');
    return existsSync(file) && readFileSync(file, 'utf8').trim() === label;
  });
  const base = Number(readFileSync(join(root, chip ?? '', 'base'), 'utf8'));
  return existsSync(join(root, `gpio${base + line}`, 'edge')) ? 'by interrupt' : 'by looking';
}

/** gpioset outside of every rig, of whichever version there is. */
async function occupy(
  { label }: KernelChip,
  line: number,
): Promise<{ holder: string; release(): Promise<void> }> {
  const { stdout } = await runGpiod('gpiodetect', []);
  const name = parseChips(stdout).find((chip) => chip.label === label)?.name ?? '';
  const child = spawn('gpioset', (await findSyntax()).hold(name, line, 0), { stdio: 'inherit' });
  const ended = once(child, 'exit');
  const holderSeen = () => /\|(gpioset|rigwright)/.exec(readFileSync('/sys/kernel/debug/gpio', 'utf8'))?.[1];
  await until('gpioset has its line', () => holderSeen() !== undefined);
  const holder = holderSeen() ?? '';
  return {
    holder,
    async release() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What holds lines on after its owner: nothing else in this machine runs gpioset. */
async function endHolders(): Promise<void> {
  for (const pid of pidsOf('gpioset')) process.kill(pid, 'SIGKILL');
  await until('every gpioset has ended', () => pidsOf('gpioset').length === 0);
}

/** Processes that run the command; a zombie runs none. */
function pidsOf(command: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/exe`).endsWith(`/${command}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function until(what: string, fits: () => boolean): Promise<boolean> {
  return pollUntil(async () => (fits() ? true : undefined), {
    intervalMs: 5,
    timeoutMs: 20_000,
    onTimeout: () => new Error(`waited 20 s until ${what}`),
  });
}
