import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { suggestion } from '../core/nearest-name.js';
import { loadRig, stationNames } from '../rigs/load-rig.js';
import { examine } from './doctor/doctor.js';
import { exitCodeFor, worstOf, type Finding, type Severity } from './doctor/finding.js';
import { rigsFolder } from './find-station.js';

/** `rig doctor [station]`: what this host lacks for its stations, each with its remedy. Exit code 0 fit, 1 warnings, 2 errors. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .argument('[station]', 'look at what this station needs; every station unless told', knownStation)
    .option('--json', 'print one JSON object')
    .description('look at this host and at what its stations need: what is missing, and what to do about it')
    .addHelpText(
      'after',
      '\nNothing is switched, and no port is opened.\n\nExit code: 0 fit, 1 warnings, 2 errors.\n\nExamples:\n  rig doctor\n  rig doctor station1 --json',
    )
    .action(async (station: string | undefined, options: { json?: boolean }) => {
      const { stations, problems } = await loadRig(rigsFolder(), {
        ...(station !== undefined && { stations: [station] }),
        specs: resolve('specs'),
        env: process.env,
      });
      const resultsFolder = resolve(process.env['RIG_RESULTS'] ?? 'results');
      const findings = await examine({ stations, problems, resultsFolder });
      const worst = worstOf(findings);
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ host: hostname(), worst, findings }, null, 2)}\n`
          : text(findings, worst),
      );
      process.exitCode = exitCodeFor(worst);
    });
}

function knownStation(name: string): string {
  const known = stationNames(rigsFolder());
  if (known.includes(name)) return name;
  throw new InvalidArgumentError(`${rigsFolder()} has no such station; ${suggestion(name, known)}`);
}

const marks: Record<Severity, string> = { ok: 'ok', note: 'note', warning: 'WARNING', error: 'ERROR' };
const verdicts: Record<Severity, string> = {
  ok: 'fit',
  note: 'fit',
  warning: 'fit, with warnings',
  error: 'NOT FIT',
};

function text(findings: readonly Finding[], worst: Severity): string {
  const widest = Math.max(...findings.map(({ area }) => area.length));
  const lines = findings.flatMap(({ area, subject, severity, found, remedy }) => {
    const head = `${marks[severity].padEnd(8)}${area.padEnd(widest + 2)}`;
    const rest = severity === 'ok' || remedy === undefined ? [] : [`${' '.repeat(head.length)}do: ${remedy}`];
    return [`${head}${subject}: ${found}`, ...rest];
  });
  return `${lines.join('\n')}\n\n${verdicts[worst]}\n`;
}
