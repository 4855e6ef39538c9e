import { join } from 'node:path';
import { readJournal } from '../../batch/journal/journal-reader.js';
import { validateJournal } from '../../batch/journal/chain-proof.js';
import { planBatchRun } from '../../batch/order/batch-run.js';
import { writeProjections } from '../../batch/projections/projections.js';
import { journalName } from '../../batch/projections/run-data.js';
import { emptyState, noteEntry } from '../../batch/units/batch-state.js';

/** Does one piece of work on a results folder, and prints as JSON what it took. */
const [what = '', folder = ''] = process.argv.slice(2);
const works: Record<string, () => Promise<unknown>> = {
  reports: () => writeProjections(folder),
  proof: () => validateJournal(folder),
  resume: () => planBatchRun(folder, { mode: 'auto', force: true }, process.env),
  async state() {
    const state = emptyState();
    for await (const entry of readJournal(join(folder, journalName))) noteEntry(state, entry);
  },
};
const work = works[what];
if (work === undefined) throw new Error(`'${what}' is none of ${Object.keys(works).join(', ')}`);
const before = process.cpuUsage();
const startMs = performance.now();
await work();
const seconds = (performance.now() - startMs) / 1000;
const { user, system } = process.cpuUsage(before);
const megabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, megabytes }));
