import { abortedBy, pause } from '../../../core/deadline.js';
import { asRigError, RigError } from '../../../core/errors.js';
import type { FlashTry } from '../../../core/record.js';
import type { FlashDriverKind } from '../flash-driver.js';
import { nextBaudRate, pauseMs, type RecoveryPolicy } from './policy.js';

export interface RetryingOptions {
  policy: RecoveryPolicy;
  driver: FlashDriverKind;
  /** Rate of the first try, in bits per second. */
  baudRate: number;
  /** Goes on when the tries of `driver` are used up, at the rate that they had come down to. */
  fallback?: { driver: FlashDriverKind; attempts: number };
  /** 0 … 1, for the pauses: a seeded one makes them repeatable. */
  random: () => number;
  /** Takes the board's power away, before each further try where the policy wants it; the try powers it again. */
  powerCycle: (signal?: AbortSignal) => Promise<unknown>;
  /** Called after every try, whatever became of it. */
  onTry?: (made: Try) => void;
  /** Ends a pause at once, and lets no further try begin. */
  signal?: AbortSignal;
}

/** One try, as it was. */
export type Try = Omit<FlashTry, 'doing'>;

/** How one try is made. */
export interface TryHow {
  driver: FlashDriverKind;
  /** Bits per second. */
  baudRate: number;
}

/**
 * Runs `attempt` until one succeeds, as often as the policy allows, and as long as trying again can help: an error that is not `retryable`, or that
 * an operator asked for, ends it. Throws the last error, with all tries in its `details.tries`; a fallback that could not be tried, since its tool is
 * missing, does not hide what the first driver has found out about the board.
 */
export async function retrying<T>(
  options: RetryingOptions,
  attempt: (how: TryHow) => Promise<T>,
): Promise<{ result: T; tries: Try[] }> {
  const tries: Try[] = [];
  try {
    return { result: await tryInTurn(options, attempt, tries), tries };
  } catch (thrown) {
    const error = asRigError(thrown);
    error.details['tries'] = tries;
    throw error;
  }
}

async function tryInTurn<T>(
  options: RetryingOptions,
  attempt: (how: TryHow) => Promise<T>,
  tries: Try[],
): Promise<T> {
  const { policy, signal } = options;
  let { baudRate } = options;
  let found: RigError | undefined;
  for (const [index, { driver, number, isLast }] of plannedTries(options).entries()) {
    if (index > 0) {
      await pause(pauseMs(policy, index, options.random), signal);
      if (policy.powerCycle) await options.powerCycle(signal);
      baudRate = nextBaudRate(policy, baudRate);
    }
    if (signal?.aborted) throw abortedBy(signal);
    const startedAt = performance.now();
    const note = (code?: string) => {
      const seconds = (performance.now() - startedAt) / 1000;
      const made = { driver, baudRate, attempt: number, seconds, ...(code !== undefined && { code }) };
      tries.push(made);
      options.onTry?.(made);
    };
    try {
      const result = await attempt({ driver, baudRate });
      note();
      return result;
    } catch (thrown) {
      const error = asRigError(thrown);
      note(error.code);
      if (driver === options.driver) found = moreTelling(found, error);
      if (isLast || signal?.aborted || !canHelp(error))
        throw driver === options.driver || found === undefined
          ? (found ?? error)
          : verdict(found, driver, error);
    }
  }
  throw new RigError('INTERNAL_ERROR', `a policy of ${policy.attempts} attempts allows none`);
}

/** A board that hung in a write and then does not even answer has hung: what was seen of the write is not hidden by a later silence. */
function moreTelling(before: RigError | undefined, last: RigError): RigError {
  const isSilence = last.category === 'connection' && last.blame === 'dut';
  return before !== undefined && isSilence && before.category !== 'connection' ? before : last;
}

/** A driver that ends with one of these was never tried: it says nothing of board or rig. */
const neverTried: readonly string[] = ['TOOL_MISSING', 'FLASH_UNSUPPORTED', 'CONFIG_INVALID'];

/** Which of two errors counts when the fallback has failed too. */
function verdict(found: RigError, fallback: FlashDriverKind, last: RigError): RigError {
  if (!neverTried.includes(last.code)) return last;
  const { code, blame, details } = found;
  const what = `${found.message.slice(code.length + 2)}; the fallback ${fallback} could not be tried: ${last.message}`;
  return new RigError(code, what, { blame, details, cause: found });
}

interface PlannedTry {
  driver: FlashDriverKind;
  /** 1 for the first with this driver. */
  number: number;
  isLast: boolean;
}

function plannedTries({ policy, driver, fallback }: RetryingOptions): PlannedTry[] {
  const of = (kind: FlashDriverKind, attempts: number) =>
    Array.from({ length: attempts }, (_, index) => ({ driver: kind, number: index + 1 }));
  const all = [...of(driver, policy.attempts), ...(fallback ? of(fallback.driver, fallback.attempts) : [])];
  return all.map((each, index) => ({ ...each, isLast: index === all.length - 1 }));
}

/** Whoever stopped a try did not ask for another one. */
function canHelp({ retryable, blame }: RigError): boolean {
  return retryable && blame !== 'operator';
}
