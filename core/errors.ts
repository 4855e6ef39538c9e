import { catalogue, type ErrorCode } from './error-catalogue.js';

/** Who has to act: `dut` scraps or reworks the board, `rig` repairs the station, `operator` stopped it, `config` edits a file. */
export type Blame = 'dut' | 'rig' | 'operator' | 'config';

/** The report's grouping of error codes. */
export type Category =
  | 'timeout'
  | 'connection'
  | 'permission'
  | 'verification'
  | 'flash'
  | 'network'
  | 'power'
  | 'boot'
  | 'check'
  | 'config'
  | 'other';

export interface RigErrorOptions {
  /** Overrides the catalogue's blame when the place of the failure tells more than the code. */
  blame?: Blame;
  cause?: unknown;
  /** Facts for the record: plain JSON values only. */
  details?: Record<string, unknown>;
}

/**
 * The one error class. The message starts with the code, because own properties are lost on the way from a Playwright
 * worker to a reporter; `codeOf` reads it back.
 */
export class RigError extends Error {
  readonly code: ErrorCode;
  readonly blame: Blame;
  readonly category: Category;
  /** True when the same operation may succeed if it is tried again on the same board. */
  readonly retryable: boolean;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, what: string, options: RigErrorOptions = {}) {
    super(`${code}: ${what}`, options.cause === undefined ? undefined : { cause: options.cause });
    const entry = catalogue[code];
    this.name = 'RigError';
    this.code = code;
    this.blame = options.blame ?? entry.blame;
    this.category = entry.category;
    this.retryable = entry.retryable;
    this.details = options.details ?? {};
  }
}

/** The error code at the start of a message (`FLASH_VERIFY_MISMATCH: …`), or undefined when there is none. */
export function codeOf(message: string): ErrorCode | undefined {
  const candidate = /^(?:\w*Error: )?([A-Z][A-Z0-9_]+):/.exec(message)?.[1];
  return candidate !== undefined && candidate in catalogue ? (candidate as ErrorCode) : undefined;
}

/** Any thrown value as a RigError: unknown ones become `INTERNAL_ERROR`, the rig's fault, with the original as cause. */
export function asRigError(thrown: unknown): RigError {
  if (thrown instanceof RigError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RigError('INTERNAL_ERROR', message, { cause: thrown });
}
