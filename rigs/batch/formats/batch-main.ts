import type { CheckedFile } from '../../checked-file.js';
import type { Problem } from '../../problem.js';
import { defined } from '../defined.js';
import { emptyDraft, type BatchDraft } from '../draft.js';
import { patch, type Patch } from '../patched-file.js';
import type { Said } from '../said.js';
import type { Gate } from '../types.js';
import type { BatchMainFile } from './batch-main-file.js';
import { backup, furtherTries, inMs, logLevelOf, mustBeTrue, rollback, sayer } from './shared-keys.js';

type File = CheckedFile<BatchMainFile>;

/** Before so many units have a result, a rate says nothing. */
const afterUnits = 10;

/** What the main configuration says of every batch; what it says of single targets is `device-types.ts`. */
export function readBatchMain(file: File, written: BatchMainFile): BatchDraft {
  const at = sayer(file);
  const { flash_settings: flash = {}, firmware_validation: validation = {}, logging } = written;
  const detailed = logging?.detailed_logging === true ? { level: 'debug' as const } : undefined;
  const log = logging && {
    ...logLevelOf(logging.log_level),
    ...detailed,
    ...(logging.verbose_output !== undefined && { console: logging.verbose_output }),
  };
  const signature = at(['firmware_validation', 'validate_signature'], validation.validate_signature);
  return {
    ...emptyDraft(),
    ...defined({ log: at(['logging'], log) }),
    gates: gatesOf(file, written),
    stationPatches: [
      ...atMost(['limits', 'flashesAtOnce'], at(['flash_settings', 'max_concurrent'], flash.max_concurrent)),
      ...breaker(at(['error_handling', 'circuit_breaker'], written.error_handling?.circuit_breaker)),
    ],
    boardPatches: [
      ...patch(['deadlines', 'flashSeconds'], at(['flash_settings', 'timeout'], flash.timeout)),
      ...(signature?.value === true ? patch(['firmware', 'requireSignature'], signature) : []),
      ...recoveryPatches(file, written),
      ...safetyPatches(file, written),
      ...Object.entries(written.performance_thresholds ?? {}).flatMap(([key, value]) =>
        patch(['thresholds', key], at(['performance_thresholds', key], value)),
      ),
    ],
    problems: [...switchedOff(file, written), ...contradictions(file, written)],
  };
}

function gatesOf(file: File, { quality_gates: gates = {} }: BatchMainFile): Said<Gate>[] {
  const at = sayer(file);
  const { min_success_rate: least, max_failure_rate: most, require_verification: verified } = gates;
  const then = gates.stop_on_failure_threshold === true ? 'stop' : 'warn';
  const said = [
    at<Gate>(
      ['quality_gates', 'min_success_rate'],
      least === undefined ? undefined : { kind: 'minSuccessRate', percent: least, afterUnits, then },
    ),
    at<Gate>(
      ['quality_gates', 'max_failure_rate'],
      most === undefined ? undefined : { kind: 'maxFailureRate', percent: most, afterUnits, then },
    ),
    at<Gate>(
      ['quality_gates', 'require_verification'],
      verified ? { kind: 'verificationRequired', then } : undefined,
    ),
  ];
  return said.filter((gate) => gate !== undefined);
}

function recoveryPatches(
  file: File,
  { flash_settings: flash = {}, error_handling: errors = {} }: BatchMainFile,
): Patch[] {
  const at = sayer(file);
  const off = at(['error_handling', 'auto_retry'], errors.auto_retry === false ? 0 : undefined);
  const tries =
    off ??
    at(['error_handling', 'max_retry_attempts'], errors.max_retry_attempts) ??
    at(['flash_settings', 'max_retries'], flash.max_retries);
  const delay = inMs(at(['error_handling', 'retry_delay'], errors.retry_delay));
  const growing = at(['error_handling', 'exponential_backoff'], errors.exponential_backoff);
  const longest = (delay?.value ?? 500) * 2 ** Math.max(0, (tries?.value ?? 1) - 1);
  return [
    ...furtherTries(tries),
    ...(errors.retry_delay === 0
      ? patch(['recovery', 'firstDelayMs'], delay, 0)
      : patch(['recovery', 'firstDelayMs'], delay)),
    ...patch(['recovery', 'factor'], growing, growing?.value ? 2 : 1),
    ...patch(['recovery', 'maxDelayMs'], delay, Math.min(600_000, Math.round(longest))),
  ];
}

function safetyPatches(
  file: File,
  { flash_settings: flash = {}, rollback_settings: settings = {} }: BatchMainFile,
): Patch[] {
  const at = sayer(file);
  const { auto_rollback: auto, rollback_on_failure: onFailure, backup_before_flash: kept } = settings;
  const off = at(['rollback_settings', 'auto_rollback'], auto === false ? false : undefined);
  const asked =
    at(['rollback_settings', 'rollback_on_failure'], onFailure) ??
    at(['rollback_settings', 'auto_rollback'], auto);
  const kept1 = at(['flash_settings', 'backup_before_flash'], flash.backup_before_flash);
  return [
    ...rollback(off ?? asked),
    ...backup(kept1 ?? at(['rollback_settings', 'backup_before_flash'], kept)),
    ...patch(
      ['deadlines', 'rollbackSeconds'],
      at(['rollback_settings', 'rollback_timeout'], settings.rollback_timeout),
    ),
  ];
}

/** A limit that only ever gets tighter. */
function atMost(path: string[], limit: Said<number> | undefined): Patch[] {
  const unless = (written: unknown): boolean => typeof written === 'number' && written <= (limit?.value ?? 0);
  return patch(path, limit).map((each) => ({ ...each, unless }));
}

/** The station file's own count stays where it has one. */
function breaker(said: Said<boolean> | undefined): Patch[] {
  if (said === undefined) return [];
  if (!said.value) return patch(['limits', 'rigErrorsInARow'], said, 0);
  const unless = (written: unknown): boolean => typeof written === 'number' && written > 0;
  return patch(['limits', 'rigErrorsInARow'], said, 3).map((each) => ({ ...each, unless }));
}

function switchedOff(
  file: File,
  { flash_settings: flash = {}, firmware_validation: validation = {} }: BatchMainFile,
): Problem[] {
  const at = sayer(file);
  const always = (key: keyof NonNullable<BatchMainFile['firmware_validation']>, instead: string): Problem[] =>
    mustBeTrue(at(['firmware_validation', key], validation[key]), instead);
  return [
    ...mustBeTrue(
      at(['flash_settings', 'verify_after_flash'], flash.verify_after_flash),
      'what was not verified is not known to be there; take the key out',
    ),
    ...always(
      'validate_before_flash',
      'firmware that does not fit its board would be written; take the key out',
    ),
    ...always('verify_checksum', 'a damaged file would be written; take the key out'),
    ...always('check_compatibility', 'firmware for another chip would be written; take the key out'),
  ];
}

/** Two keys for one thing have to say the same. */
function contradictions(
  file: File,
  { flash_settings: flash = {}, error_handling: errors = {}, rollback_settings: back = {} }: BatchMainFile,
): Problem[] {
  const at = sayer(file);
  const differ = (
    one: Said<unknown> | undefined,
    other: string,
    written: unknown,
    what: string,
  ): Problem[] => {
    if (one === undefined || written === undefined || one.value === written) return [];
    return [
      one.problem(
        `is ${String(one.value)}, and ${other} is ${String(written)}; both say ${what}, so write the same or take one out`,
      ),
    ];
  };
  const auto = back.auto_rollback === false && back.rollback_on_failure === true;
  const onFailure = auto ? at(['rollback_settings', 'rollback_on_failure'], true) : undefined;
  return [
    ...differ(
      at(['error_handling', 'max_retry_attempts'], errors.max_retry_attempts),
      'flash_settings.max_retries',
      flash.max_retries,
      'how often a write is tried again',
    ),
    ...differ(
      at(['rollback_settings', 'backup_before_flash'], back.backup_before_flash),
      'flash_settings.backup_before_flash',
      flash.backup_before_flash,
      'whether there is a backup',
    ),
    ...(onFailure === undefined
      ? []
      : [onFailure.problem('is true, and auto_rollback is false; write false, or take auto_rollback out')]),
  ];
}
