import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { batchStatus, type BatchStatus } from '../../batch/order/batch-status.js';
import { journalWriter } from '../../batch/journal/journal.js';
import { journalName } from '../../batch/projections/run-data.js';
import { createScreen, type Terminal } from '../../reports/screen.js';
import { describeStatus, statusLine } from './describe-status.js';
import { isOpen } from './status-report.js';

/** Between two looks; longer for a batch whose journal takes long to read. */
const shortestPauseMs = 500;
const pausePerReading = 5;

/**
 * Shows a batch until it has ended: in a terminal as a block that is kept up to date and taken away at the end, else as a line for each change; without an
 * output it only waits.
 */
export async function follow(
  folder: string,
  output: (Terminal & { isTTY?: boolean }) | undefined,
): Promise<void> {
  const screen = output?.isTTY ? createScreen(output) : undefined;
  let shown = '';
  const show = (status: BatchStatus): void => {
    if (screen) return screen.draw(describeStatus(status));
    const line = statusLine(status);
    if (line !== shown) output?.write(`${new Date().toISOString()} ${line}\n`);
    shown = line;
  };
  try {
    for await (const status of changesOf(folder)) show(status);
  } finally {
    screen?.clear();
  }
}

/** The status each time that the journal has grown or its writer has come or gone; ends when the batch does. */
async function* changesOf(folder: string): AsyncGenerator<BatchStatus> {
  const journal = join(folder, journalName);
  let seen: string | undefined;
  let pauseMs = shortestPauseMs;
  for (;;) {
    const now = await markOf(journal);
    if (now !== seen) {
      seen = now;
      const began = performance.now();
      const status = await batchStatus(folder);
      yield status;
      if (!isOpen(status)) return;
      pauseMs = Math.max(shortestPauseMs, pausePerReading * (performance.now() - began));
    }
    await delay(pauseMs);
  }
}

/** Changes when there may be something new. */
async function markOf(journal: string): Promise<string> {
  const [size, writer] = await Promise.all([
    stat(journal).then(
      (found) => found.size,
      () => 0,
    ),
    journalWriter(journal),
  ]);
  return `${size} ${writer?.pid ?? ''}`;
}
