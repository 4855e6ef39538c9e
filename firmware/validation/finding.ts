import { hex } from '../hex.js';
import type { Problem } from '../problem.js';

/** What a finding is about; each kind is one check. */
export type FindingKind =
  'file' | 'size' | 'format' | 'chip' | 'checksum' | 'signature' | 'certificate' | 'secret' | 'advisory';

/** Errors refuse the file; warnings are for a person to weigh. */
export type Severity = 'error' | 'warning';

/** Something that a firmware file should not have, or lacks. */
export interface Finding {
  kind: FindingKind;
  severity: Severity;
  /** Byte offset in the file; left out when the file as a whole is meant, or when `address` is given. */
  offset?: number;
  /** For contents of Intel HEX and UF2 files, whose bytes have addresses of their own. */
  address?: number;
  /** What is there, what was expected, and what to do. Never any part of a secret. */
  what: string;
}

/** `at 0x20: ` or `at address 0x10000100: `, and nothing for a finding about the whole file. */
export function placeText({ offset, address }: Pick<Finding, 'offset' | 'address'>): string {
  if (address !== undefined) return `at address ${hex(address)}: `;
  return offset === undefined ? '' : `at ${hex(offset)}: `;
}

/** Problems of a reader as findings of one kind, all errors. */
export function asFindings(kind: FindingKind, problems: readonly Problem[]): Finding[] {
  return problems.map((problem) => ({ kind, severity: 'error', ...problem }));
}

/** One error. */
export function refusal(kind: FindingKind, what: string, offset?: number): Finding {
  return { kind, severity: 'error', ...(offset !== undefined && { offset }), what };
}
