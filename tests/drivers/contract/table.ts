// Writes the table of docs/drivers.md from what the contract sees:
//
//   node --import tsx tests/drivers/contract/table.ts [<driver>-<chip> …]
//
// With names, only the files of those drivers are run and only those lines change.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cellText, driversPage, readDriversTable, withTable, type TableLine } from './page.js';
import type { SeenRow } from './rows.js';
import { subjectNames } from './subject-names.js';

const testFolder = fileURLToPath(new URL('..', import.meta.url));
const known = subjectNames();
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;
for (const name of wanted) {
  if (!known.includes(name)) throw new Error(`there is no subject ${name}; there are ${known.join(', ')}`);
}

const seen = runContract(filesOf(wanted));
const missing = wanted.filter((name) => !seen.some(({ subject }) => subject === name));
if (missing.length > 0) throw new Error(`nothing was seen of ${missing.join(', ')}: is the tool installed?`);

const before = readDriversTable();
const after = new Map<string, TableLine>();
for (const name of known) {
  const fresh = seen
    .filter(({ subject }) => subject === name)
    .map((row) => [row.row, cellText(row)] as const);
  const line = wanted.includes(name) ? new Map(fresh) : before.get(name);
  if (line) after.set(name, line);
}
writeFileSync(driversPage, withTable(readFileSync(driversPage, 'utf8'), after));
process.stdout.write(`${driversPage}: ${wanted.join(', ')}\n`);

/** The test files of these subjects' drivers. */
function filesOf(names: readonly string[]): string[] {
  const files = readdirSync(testFolder).filter((file) => /^flash-.*\.test\.ts$/.test(file));
  const imports = names.map((name) => `/subjects/${name}.js'`);
  return files
    .map((file) => join(testFolder, file))
    .filter((path) => imports.some((text) => readFileSync(path, 'utf8').includes(text)));
}

/** Throws when a test fails: a table of what does not hold is worth nothing. */
function runContract(files: readonly string[]): SeenRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'rig-table-'));
  try {
    const path = join(folder, 'seen.jsonl');
    const args = ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-reporter=dot', ...files];
    const env = { ...process.env, RIG_DRIVERS_TABLE: path };
    const { status } = spawnSync(process.execPath, args, { env, stdio: 'inherit' });
    if (status !== 0) throw new Error('the contract does not hold; run the tests by hand to see where');
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as SeenRow);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
