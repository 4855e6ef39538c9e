import { excludedText } from './excluded-text.js';
import { numberText, percentText, shareText } from './number-text.js';
import type { Statistics } from './statistics.js';

/** The one line that a line leader wants: yield, pace, what fails most, and which slot is not like the others. */
export function headline(stats: Statistics): string {
  const { units, firstPass, final } = stats.yields;
  if (units === 0) return `no unit counts; left out: ${excludedText(stats.excluded)}`;
  const pace = stats.times.stations.reduce((sum, { unitsPerHour }) => sum + (unitsPerHour ?? 0), 0);
  const [worst] = stats.pareto.rows;
  return [
    `${shareText(firstPass)} of ${units} ${units === 1 ? 'unit' : 'units'} passed at the first attempt, ${percentText(final.value)} in the end`,
    ...(pace > 0 ? [`${numberText(pace, 3)} units/h`] : []),
    ...(worst ? [`most frequent: ${worst.code}, ${percentText(worst.share)} of what failed`] : []),
    ...(unlike(stats).length > 0 ? [`not like the others: ${unlike(stats).join(', ')}`] : []),
  ].join('; ');
}

function unlike({ slots, stations, slotOffsets }: Statistics): string[] {
  const byYield = [...stations, ...slots].filter(({ differs }) => differs).map(({ place }) => place);
  return [...new Set([...byYield, ...slotOffsets.found.map(({ place }) => place)])];
}
