import type { Excluded } from './selection.js';

const words: Record<keyof Excluded, readonly [one: string, several: string]> = {
  filteredUnits: ['unit that was not asked for', 'units that were not asked for'],
  knownUnits: ['golden or known-bad unit', 'golden or known-bad units'],
  abortedUnits: ['aborted unit', 'aborted units'],
  skippedUnits: ['skipped unit', 'skipped units'],
  abortedAttempts: ['aborted attempt', 'aborted attempts'],
  selftestAttempts: ['self-test of a slot', 'self-tests of slots'],
  identityAttempts: ['attempt that only identified', 'attempts that only identified'],
  backupAttempts: ['rollback', 'rollbacks'],
  unfinishedAttempts: ['attempt without a record', 'attempts without a record'],
};

/** `2 aborted units, 1 rollback`; `nothing`. */
export function excludedText(excluded: Excluded): string {
  const parts = (Object.keys(words) as (keyof Excluded)[]).flatMap((key) => {
    const [one, several] = words[key];
    return excluded[key] === 0 ? [] : [`${excluded[key]} ${excluded[key] === 1 ? one : several}`];
  });
  return parts.length > 0 ? parts.join(', ') : 'nothing';
}
