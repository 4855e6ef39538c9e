import { relative } from 'node:path';
import type { TestCase, TestError, TestResult } from '@playwright/test/reporter';
import { codeOf } from '../core/errors.js';
import { stripVTControlCharacters } from 'node:util';
import type { AttemptRecord } from '../core/record.js';

/** An error as Playwright has it, whole: message, place, the lines of code around it, stack. */
export function errorText(error: TestError): string {
  const { message, stack, value, location, snippet, cause } = error;
  const said = message ?? value ?? 'unknown error';
  const frames = stack?.startsWith(said) ? stack.slice(said.length).trim() : stackFrames(stack);
  const parts = [said];
  if (location && !frames)
    parts.push(`at ${relative('.', location.file)}:${location.line}:${location.column}`);
  if (snippet) parts.push(snippet);
  if (frames) parts.push(frames);
  if (cause) parts.push(`caused by: ${errorText(cause)}`);
  return parts.map(indent).join('\n\n');
}

/** `[station1] › specs/provision.spec.ts:5:3 › station1 slot2 › provision`. */
export function testTitle(test: TestCase): string {
  const [, project = '', , ...titles] = test.titlePath();
  const { file, line, column } = test.location;
  const place = `${relative('.', file)}:${line}:${column}`;
  return [...(project ? [`[${project}]`] : []), place, ...titles].join(' › ');
}

/**
 * The errors of a test that its unit's record does not tell: all of them when there is no record of the attempt, or one that calls it good;
 * else those with another code.
 */
export function untoldErrors(result: TestResult, record: AttemptRecord | undefined): TestError[] {
  const told = record?.failure?.code;
  if (told === undefined) return result.errors;
  const codes = result.errors.map(({ message }) => codeOf(stripVTControlCharacters(message ?? '')));
  if (!codes.includes(told as never) && result.errors.length > 0) return result.errors.slice(1);
  return result.errors.filter((_, index) => codes[index] !== told);
}

function stackFrames(stack: string | undefined): string {
  const lines = stack?.split('\n') ?? [];
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
}
