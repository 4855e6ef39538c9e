import { planBatchRun } from '../../batch/order/batch-run.js';
import { readOrder } from '../../batch/order/create-batch.js';
import type { ResumeOptions } from '../../batch/units/pending.js';
import type { BatchOrder } from '../../rigs/batch/flags.js';
import { planText } from '../../rigs/batch/plan-text.js';
import { answer } from '../output.js';
import type { Places } from '../places.js';

interface Flags {
  json: boolean | undefined;
}

/** Checks everything that an order names and prints what would be done. Throws CONFIG_INVALID with every problem; energises nothing. */
export async function printPlan(order: BatchOrder, places: Places, { json }: Flags): Promise<void> {
  const batch = await readOrder(order, places);
  answer(json, batch, () => planText(batch));
}

/** Prints what going on with a batch would do. Throws BATCH_CHANGED, CONFIG_INVALID, JOURNAL_CORRUPT; energises nothing. */
export async function printResume(folder: string, options: ResumeOptions, { json }: Flags): Promise<void> {
  const { batch, pending, header } = await planBatchRun(folder, options, process.env);
  const { inHand, changed } = header;
  const text = () =>
    [
      planText(batch).trimEnd(),
      `goes on with ${pending.length} of ${batch.units.length} units${pending.length > 0 ? `: ${numbersText(pending)}` : ''}`,
      ...(inHand.length > 0 ? [`in hand when the run before ended: ${numbersText(inHand)}`] : []),
      ...changed.map((input) => `changed since: ${input}`),
      '',
    ].join('\n');
  answer(json, { ...batch, pending, inHand, changed }, text);
}

/** `1-4, 7, 9-12`, of numbers in order. */
function numbersText(numbers: readonly number[]): string {
  const spans: [number, number][] = [];
  for (const number of numbers) {
    const last = spans.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else spans.push([number, number]);
  }
  return spans.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}
