import { execFile } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { journalName } from '../../batch/projections/run-data.js';
import { syntheticJournal } from './synthetic-journal.js';
import { table, type Row } from './table.js';

// `node --import tsx tests/performance/journal.ts [units] [seed]`: a journal of so many units into all its reports, into the state of its batch and into what a resume does, each in a process of
// its own, whose CPU and peak memory are its alone.
const root = 'results/performance';
const units = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? 7);
const program = fileURLToPath(new URL('journal-work.ts', import.meta.url));

interface Work {
  seconds: number;
  cpuSeconds: number;
  megabytes: number;
}

const folder = join(root, `journal-${units}`, 'lot-7');
await rm(join(root, `journal-${units}`), { recursive: true, force: true });
await mkdir(folder, { recursive: true });
process.stderr.write(`writing a journal of ${units} units, seed ${seed} …\n`);
await syntheticJournal(folder, { units, seed });
const flags = { id: 'lot-7', station: ['station1'], devices: [String(units)] };
const order = { files: [], flags };
const file = { id: 'lot-7', order, rigs: resolve('rigs'), specs: resolve('specs'), createdAt: '' };
await writeFile(join(folder, 'batch.json'), JSON.stringify(file));
const megabytes = (await stat(join(folder, journalName))).size / 1e6;
const per100k = units / 100_000;

const rows: Row[] = [];
const add = (figure: string, { seconds, cpuSeconds, megabytes: peak }: Work, budget: Partial<Row>) => {
  const from = `${cpuSeconds.toFixed(2)} s CPU, ${megabytes.toFixed(0)} MB of journal`;
  rows.push({ figure: `${figure}, s`, slots: 8, ratio: seconds, better: 'below', from, ...budget });
  const memory = units === 100_000 && budget.budget !== undefined ? { budget: 300 } : {};
  rows.push({ figure: `${figure}, MB at most`, slots: 8, ratio: peak, better: 'below', from, ...memory });
};
const reports = { budget: Math.max(1, 10 * per100k) };
add('journal to all reports', await work('reports'), reports);
add('again, over what is there', await work('reports'), reports);
add('journal to the state of its batch', await work('state'), { budget: Math.max(1, 10 * per100k) });
add('resume of the batch, decided', await work('resume'), { budget: Math.max(1, units / 10_000) });
add('proof of the journal', await work('proof'), {});
const text = table(rows);
process.stdout.write(text);
await writeFile(`${root}/journal.md`, text);

async function work(what: string): Promise<Work> {
  process.stderr.write(`measuring ${what} …\n`);
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, what, folder]);
  return JSON.parse(stdout) as Work;
}
