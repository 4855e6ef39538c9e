import type { BatchDraft } from './draft.js';

/** Keys of which one takes the place of another: how many units, and which. */
const unitKeys = ['count', 'list', 'places'] as const;

/** The flags of the command line in place of what the files say. */
export function flagsOver(files: BatchDraft, flags: BatchDraft): BatchDraft {
  const kept: BatchDraft = { ...files };
  if (unitKeys.some((key) => flags[key] !== undefined)) for (const key of unitKeys) delete kept[key];
  const { log, swap } = merged(files, flags);
  return {
    ...kept,
    ...withoutLists(flags),
    ...(log && { log }),
    ...(swap && { swap }),
    ...listsOf(files, flags),
  };
}

/** Several files of one batch: the first one that says something counts, and what gives way to it is a notice. */
export function combined(drafts: readonly BatchDraft[]): BatchDraft | undefined {
  return drafts.reduce<BatchDraft | undefined>((before, draft) => {
    if (before === undefined) return draft;
    const waves = wavesOf(before.waves, draft.waves);
    const yielding = Object.entries(draft).flatMap(([key, later]) => {
      const earlier = key === 'waves' ? waves : before[key as keyof BatchDraft];
      if (merging.includes(key) || !isSaid(earlier) || !isSaid(later)) return [];
      const isSame = JSON.stringify(earlier.value) === JSON.stringify(later.value);
      return isSame || earlier === later ? [] : [`${later.where} gives way to ${earlier.where}`];
    });
    const { log, swap } = merged(draft, before);
    const whole = {
      ...withoutLists(draft),
      ...withoutLists(before),
      ...(log && { log }),
      ...(swap && { swap }),
      ...(waves && { waves }),
      ...listsOf(draft, before),
    };
    return { ...whole, notices: [...whole.notices, ...yielding] };
  }, undefined);
}

const merging = ['log', 'swap'];

/** A size from one file and how it is used from another go together. */
function wavesOf(size: BatchDraft['waves'], use: BatchDraft['waves']): BatchDraft['waves'] {
  if (size?.value.kind !== 'fixed' || use?.value.kind !== 'memory-adaptive') return size ?? use;
  return { ...use, value: { ...use.value, size: size.value.size } };
}

function isSaid(value: unknown): value is { value: unknown; where: string } {
  return typeof value === 'object' && value !== null && 'where' in value;
}

/** Groups of which each key counts for itself. */
function merged(under: BatchDraft, over: BatchDraft): Pick<BatchDraft, 'log' | 'swap'> {
  const log = over.log ?? under.log;
  const swap = over.swap ?? under.swap;
  return {
    ...(log && { log: { ...log, value: { ...under.log?.value, ...over.log?.value } } }),
    ...(swap && { swap: { ...swap, value: { ...under.swap?.value, ...over.swap?.value } } }),
  };
}

/** Keys of which every file adds its own. */
const lists = [
  'stationPatches',
  'slotPatches',
  'boardPatches',
  'releasePatches',
  'notices',
  'problems',
  'gates',
] as const;

function withoutLists(draft: BatchDraft): Omit<BatchDraft, (typeof lists)[number]> {
  const rest: Partial<BatchDraft> = { ...draft };
  for (const key of lists) delete rest[key];
  return rest;
}

/** What is said over something else comes behind it, and so counts. */
function listsOf(under: BatchDraft, over: BatchDraft): Required<Pick<BatchDraft, (typeof lists)[number]>> {
  return {
    stationPatches: [...under.stationPatches, ...over.stationPatches],
    slotPatches: [...under.slotPatches, ...over.slotPatches],
    boardPatches: [...under.boardPatches, ...over.boardPatches],
    releasePatches: [...under.releasePatches, ...over.releasePatches],
    notices: [...under.notices, ...over.notices],
    problems: [...under.problems, ...over.problems],
    gates: [...(under.gates ?? []), ...(over.gates ?? [])],
  };
}
