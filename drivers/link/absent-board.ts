import { RigError } from '../../core/errors.js';

/** A board that is its own USB device and does not show up: the port is the board's, and so is the fault. */
export function absentBoard(path: string, timeoutMs: number, cause?: unknown): RigError {
  const what = `${path}, the board's own USB port, was not there within ${timeoutMs / 1000} s`;
  return new RigError('PORT_NOT_FOUND', what, { blame: 'dut', ...(cause !== undefined && { cause }) });
}
