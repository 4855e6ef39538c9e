import { openJournal } from '../../../../batch/journal/journal.js';
import { attemptStart } from '../../../reports/records.js';

/** Appends for ever, eight at a time, and prints the number of each line that was acknowledged. */
const path = process.argv[2] ?? '';
const journal = await openJournal(path, { runId: 'writer' });
const lane = async () => {
  for (;;) {
    const { seq } = await journal.append('attempt-start', attemptStart({}));
    process.stdout.write(`${seq}\n`);
  }
};
try {
  await Promise.all(Array.from({ length: 8 }, lane));
} catch (thrown) {
  const again = await journal.append('attempt-start', attemptStart({})).catch((error: unknown) => error);
  process.stdout.write(`stopped ${String(thrown)}\nthen ${String(again)}\n`);
}
