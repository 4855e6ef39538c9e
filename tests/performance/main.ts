import { mkdir, writeFile } from 'node:fs/promises';
import { makeRig } from './rig.js';
import { measure } from './measure.js';
import { table, type Row } from './table.js';

// `npm run bench [-- 1 8 16]`: the ratios of the design's performance table, measured in one run on the same virtual boards.
const root = 'results/performance';
const sizes = process.argv.slice(2).map(Number);
const slotCounts = sizes.length > 0 ? sizes : [1, 8, 16];

await mkdir(root, { recursive: true });
const rows: Row[] = [];
for (const slots of slotCounts) {
  process.stderr.write(`measuring ${slots} slot(s) …\n`);
  rows.push(...(await measure(await makeRig(root, slots))));
}
const text = table(rows);
process.stdout.write(text);
await writeFile(`${root}/table.md`, text);
