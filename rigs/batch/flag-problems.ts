import type { Problem } from '../problem.js';
import type { BatchDraft } from './draft.js';
import type { BatchFlags } from './flags.js';
import { protocols } from './formats/shared-keys.js';
import { suggestion } from '../../core/nearest-name.js';

/** Flags that contradict each other or what they stand beside, each by name, and values that no batch can have. */
export function flagProblems(flags: BatchFlags, files: BatchDraft): Problem[] {
  const { devices = [], batchMode, batchStrategy, parallelJobs, batchSize, protocol } = flags;
  const {
    conditionalFlash,
    currentVersionField,
    testMode,
    units,
    station,
    range,
    powerCycleDelaySeconds: delay,
  } = flags;
  const sequential = batchMode === 'sequential' || batchStrategy === 'sequential';
  const isPlaces = devices.length > 1 || (devices.length === 1 && !/^\d+$/.test(devices[0] ?? ''));
  const hasPlaces = isPlaces || (devices.length === 0 && units === undefined && files.places !== undefined);
  const rules: [boolean, string, string][] = [
    [!isPlaces && devices[0] === '0', '--devices', 'is 0; a batch has at least one unit'],
    [
      Number(devices[0]) > 1_000_000 && !isPlaces,
      '--devices',
      `is ${devices[0]}; a batch has at most 1000000 units`,
    ],
    [
      devices.length > 0 && units !== undefined,
      '--units',
      'stands beside --devices, which names the units too; keep one of the two',
    ],
    [
      batchMode === 'sequential' && (batchStrategy === 'parallel' || batchStrategy === 'gradual'),
      '--batch-mode',
      `is sequential, and --batch-strategy is ${batchStrategy}; keep one of the two`,
    ],
    [
      batchMode === 'parallel' && batchStrategy === 'sequential',
      '--batch-mode',
      'is parallel, and --batch-strategy is sequential; keep one of the two',
    ],
    [
      sequential && parallelJobs !== undefined && parallelJobs !== 1,
      '--parallel-jobs',
      `is ${parallelJobs}, but a sequential batch has one unit under way at a time; take one of the two out`,
    ],
    [
      batchStrategy === 'time-based' && batchSize !== undefined,
      '--batch-size',
      'stands beside --batch-strategy time-based, where the time ends a wave; keep one of the two',
    ],
    [!isWhole(parallelJobs, 1), '--parallel-jobs', `is ${parallelJobs}; a whole number from 1 on is needed`],
    [!isWhole(batchSize, 0), '--batch-size', `is ${batchSize}; a whole number is needed, 0 for all at once`],
    [
      protocol !== undefined && protocols[protocol] === undefined,
      '--protocol',
      `is "${protocol}"; ${suggestion(protocol ?? '', Object.keys(protocols))}`,
    ],
    [
      currentVersionField !== undefined && conditionalFlash !== true,
      '--current-version-field',
      'says where a unit has its version, but nothing asks for it; add --conditional-flash',
    ],
    [
      currentVersionField !== undefined && versionField(currentVersionField) === undefined,
      '--current-version-field',
      `is "${currentVersionField}"; write console, or where in flash the version stands: 0x10030:32`,
    ],
    [
      testMode === true && flags.postFlashScript !== undefined,
      '--post-flash-script',
      'runs after each flash, and --test-mode writes nothing; keep one of the two',
    ],
    [
      testMode === true && conditionalFlash === true,
      '--conditional-flash',
      'decides whether a unit is written, and --test-mode writes nothing; keep one of the two',
    ],
    [
      station !== undefined && hasPlaces,
      '--station',
      isPlaces
        ? 'stands beside --devices, whose units have places of their own; keep one of the two'
        : 'is not needed, since the units of the batch file have places of their own; leave it out',
    ],
    [
      range !== undefined && (range.from < 1 || range.from > range.to),
      '--range',
      `is ${range?.from} to ${range?.to}; the first number is at least 1, and the last not below it`,
    ],
    [
      delay !== undefined && !(delay >= 0 && delay <= 600),
      '--power-cycle-delay',
      `is ${delay}; write seconds from 0 to 600`,
    ],
    [
      flags.id !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(flags.id),
      '--id',
      `is "${flags.id}"; it names a folder: letters, digits, \`.\`, \`-\` and \`_\` only`,
    ],
    [flags.firmware === '', '--firmware', 'is empty; write the name of a release, or the path of an image'],
  ];
  return rules.flatMap(([isWrong, flag, what]) =>
    isWrong ? [{ file: flag, line: 1, column: 1, path: '', what }] : [],
  );
}

/** `console`, or where in flash the version stands as text: `<offset>:<bytes>`. */
export function versionField(
  written: string,
): { by: 'console' } | { by: 'field'; offset: number; lengthBytes: number } | undefined {
  if (written === 'console') return { by: 'console' };
  const { offset, bytes } =
    /^(?<offset>0x[0-9a-f]{1,8}|\d{1,10}):(?<bytes>\d{1,3})$/i.exec(written)?.groups ?? {};
  if (offset === undefined || bytes === undefined) return undefined;
  return { by: 'field', offset: Number(offset), lengthBytes: Number(bytes) };
}

function isWhole(value: number | undefined, least: number): boolean {
  return value === undefined || (Number.isInteger(value) && value >= least && value <= 1_000_000);
}
