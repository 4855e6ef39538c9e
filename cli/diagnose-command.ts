import { createReadStream } from 'node:fs';
import { Option, type Command } from 'commander';
import { RigError } from '../core/errors.js';
import {
  createClassifier,
  type ClassifierOptions,
  type Verdict,
} from '../drivers/console/diagnosis/classifier.js';
import { proofs, type Proof } from '../drivers/console/diagnosis/good-markers.js';

interface DiagnoseOptions {
  json?: boolean;
  proof?: Proof;
}

/** `rig diagnose LOG…`: what boot logs show. Exit code 0 when all are good, 1 when one is not, 2 when one cannot be read. */
export function addDiagnoseCommand(program: Command): void {
  program
    .command('diagnose')
    .argument('<log...>', 'boot logs as a console or monitor recorded them, or - for standard input')
    .option('--json', 'one JSON object a log, each on its own line')
    .addOption(new Option('--proof <level>', 'the weakest proof that makes a log good').choices(proofs))
    .description('say what boot logs show, which line says so and what to do about it')
    .action(async (files: string[], options: DiagnoseOptions) => {
      for (const file of files) {
        try {
          const verdict = await diagnose(file, options);
          process.stdout.write(options.json ? `${json(file, verdict)}\n` : text(file, verdict));
          if (verdict.label !== 'good') process.exitCode ??= 1;
        } catch (thrown) {
          if (!(thrown instanceof RigError)) throw thrown;
          process.stderr.write(`${thrown.message}\n`);
          process.exitCode = 2;
        }
      }
    });
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
