import { createReadStream } from 'node:fs';
import { RigError } from '../core/errors.js';
import {
  createClassifier,
  type ClassifierOptions,
  type Verdict,
} from '../drivers/console/diagnosis/classifier.js';
import type { DiagnoseFlags } from './diagnose-command.js';
import { exitCodes } from './exit-codes.js';
import { jsonError } from './output.js';

/** Prints what each log shows, in their order; one that cannot be read does not keep the others from it. */
export async function diagnoseFiles(files: readonly string[], flags: DiagnoseFlags): Promise<void> {
  for (const file of files) {
    try {
      const verdict = await diagnose(file, flags);
      process.stdout.write(flags.json ? `${json(file, verdict)}\n` : text(file, verdict));
      if (verdict.label !== 'good') process.exitCode ??= exitCodes.notGood;
    } catch (thrown) {
      if (!(thrown instanceof RigError)) throw thrown;
      if (flags.json) process.stdout.write(`${JSON.stringify({ file, ...jsonError(thrown) })}\n`);
      else process.stderr.write(`${thrown.message}\n`);
      process.exitCode = exitCodes.usage;
    }
  }
}

async function diagnose(file: string, { proof }: ClassifierOptions): Promise<Verdict> {
  const classifier = createClassifier({ ...(proof && { proof }) });
  const bytes: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file);
  try {
    for await (const chunk of bytes) classifier.push(chunk);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RigError('LOG_UNREADABLE', `cannot read ${file}: ${why}`, { cause });
  }
  return classifier.verdict();
}

function json(file: string, verdict: Verdict): string {
  const { label, code, line, ...more } = verdict;
  return JSON.stringify({ file, label, code, line, ...more });
}

function text(
  file: string,
  { label, code, line, lineNumber, means, remedy, cause, address, reason }: Verdict,
): string {
  const facts = [cause, address && `at ${address}`, reason === undefined ? undefined : `reason ${reason}`];
  const known = facts.filter((fact) => fact !== undefined && fact !== '');
  const rows = [
    `${file}: ${label}  ${code}`,
    lineNumber === 0 ? undefined : `  line ${lineNumber}: ${line.trim()}`,
    `  means:  ${means}${known.length === 0 ? '' : ` (${known.join(', ')})`}`,
    label === 'good' ? undefined : `  remedy: ${remedy}`,
  ];
  return rows
    .filter((row) => row !== undefined)
    .map((row) => `${row}\n`)
    .join('');
}
