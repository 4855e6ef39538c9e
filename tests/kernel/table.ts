// Writes the table of docs/gpio.md from what the contract sees, on the bench and on a real kernel:
//
//   node --import tsx tests/kernel/table.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cellText, gpioPage, withTable, type LineTable } from '../gpio/contract/page.js';
import { columns, type SeenRow } from '../gpio/contract/rows.js';
import { cleanEnvironment } from '../clean-environment.js';
import { runInVm } from './vm.js';

const seen = [...onBench(), ...(await onKernel())];
const table: LineTable = new Map(columns.map((column) => [column, new Map()]));
for (const row of seen) table.get(row.column)?.set(row.row, cellText(row));
for (const [column, cells] of table) {
  if (cells.size === 0) throw new Error(`nothing was seen of ${column}`);
}
writeFileSync(gpioPage, withTable(readFileSync(gpioPage, 'utf8'), table));
process.stdout.write(`${gpioPage}: ${seen.length} cells\n`);

function onBench(): SeenRow[] {
  return inFolder((folder) => {
    const path = join(folder, 'seen.jsonl');
    const args = ['--import', 'tsx', '--test-reporter=dot', 'tests/gpio/bench-lines.test.ts'];
    const env = { ...cleanEnvironment(), RIG_LINES_TABLE: path };
    const { status } = spawnSync(process.execPath, args, { env, stdio: 'inherit' });
    if (status !== 0)
      throw new Error('the contract does not hold on the bench; run its test by hand to see where');
    return rowsOf(path);
  });
}

async function onKernel(): Promise<SeenRow[]> {
  const keep = mkdtempSync(join(tmpdir(), 'rig-table-'));
  try {
    const { exitCode } = await runInVm(
      'node --import tsx --test-reporter=dot tests/kernel/guest/lines.guest.ts',
      {
        timeoutMs: 800_000,
        env: { RIG_LINES_TABLE: '/run/vm/seen.jsonl' },
        keep,
        onOutput: (text) => void process.stdout.write(text),
      },
    );
    if (exitCode !== 0) throw new Error('the contract does not hold on the kernel');
    return rowsOf(join(keep, 'seen.jsonl'));
  } finally {
    rmSync(keep, { recursive: true, force: true });
  }
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'rig-table-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowsOf(path: string): SeenRow[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as SeenRow);
}
