import { catalogue, type ErrorCode } from '../../../core/error-catalogue.js';
import { RigError } from '../../../core/errors.js';
import type { ToolCall, ToolError } from './command-tool.js';

/** The output of one run of a described tool, read by the patterns of its call. */
export interface CallLines {
  /** Takes a line of output; returns how far the tool is, when the line says it. */
  read(line: string): CallProgress | undefined;
  /** The first line that matches an error pattern, in the order of the patterns. */
  error(): { code: ErrorCode; line: string } | undefined;
  hasSucceeded(): boolean;
  /** Groups of the identity pattern, each as it was found first. */
  identity(): { chip?: string; id?: string };
}

export type CallProgress = { percent: number } | { bytes: number };

/** `common` are the errors of the tool. Throws CONFIG_INVALID for a pattern that is no regular expression, or a code that nobody knows. */
export function readCallLines(call: ToolCall, common: readonly ToolError[]): CallLines {
  const success = compile(call.success);
  const progress = call.progress === undefined ? undefined : compile(call.progress);
  const identity = call.identity === undefined ? undefined : compile(call.identity);
  const errors = [...common, ...call.errors].map(({ pattern, code }) => ({
    pattern: compile(pattern),
    code: knownCode(code),
  }));
  const failures = new Map<number, string>();
  const found: { chip?: string; id?: string } = {};
  let isSuccess = false;
  return {
    read(line) {
      isSuccess ||= success.test(line);
      errors.forEach(({ pattern }, index) => {
        if (!failures.has(index) && pattern.test(line)) failures.set(index, line.trim());
      });
      const { chip, id } = identity?.exec(line)?.groups ?? {};
      if (chip !== undefined) found.chip ??= chip.trim();
      if (id !== undefined) found.id ??= id.trim();
      return progressIn(progress?.exec(line)?.groups);
    },
    error() {
      const index = errors.findIndex((_, each) => failures.has(each));
      const hit = errors[index];
      return hit && { code: hit.code, line: failures.get(index) ?? '' };
    },
    hasSucceeded: () => isSuccess,
    identity: () => found,
  };
}

function progressIn(groups: Record<string, string | undefined> | undefined): CallProgress | undefined {
  const { percent, bytes } = groups ?? {};
  if (percent !== undefined && Number.isFinite(Number(percent))) return { percent: Number(percent) };
  if (bytes !== undefined && Number.isFinite(Number(bytes))) return { bytes: Number(bytes) };
  return undefined;
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (thrown) {
    throw new RigError('CONFIG_INVALID', `"${pattern}" in flash.command is no regular expression`, {
      cause: thrown,
    });
  }
}

function knownCode(code: string): ErrorCode {
  if (Object.hasOwn(catalogue, code)) return code as ErrorCode;
  throw new RigError(
    'CONFIG_INVALID',
    `"${code}" in flash.command is no error code; docs/errors.md lists them`,
  );
}
