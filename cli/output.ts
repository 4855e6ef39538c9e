import { catalogue } from '../core/error-catalogue.js';
import type { RigError } from '../core/errors.js';

/** Prints one JSON value, all that a command with `--json` writes to standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints an answer: the value with `--json`, else the text. */
export function answer(json: boolean | undefined, value: unknown, text: () => string): void {
  if (json) printJson(value);
  else process.stdout.write(text());
}

/** An error as `--json` has it. */
export interface JsonError {
  error: { code: string; /** Without its code. */ message: string; remedy: string };
}

export function jsonError({ code, message }: RigError): JsonError {
  const { remedy } = catalogue[code];
  return { error: { code, message: message.slice(code.length + 2), remedy } };
}

/** Whether the command line asks for JSON; known also when the rest of it cannot be understood. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}
