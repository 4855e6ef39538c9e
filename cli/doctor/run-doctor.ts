import { hostname } from 'node:os';
import { RigError } from '../../core/errors.js';
import { suggestion } from '../../core/nearest-name.js';
import { loadRig, stationNames } from '../../rigs/load-rig.js';
import { answer } from '../output.js';
import { placesOf } from '../places.js';
import { examine } from './doctor.js';
import { exitCodeFor, worstOf, type Finding, type Severity } from './finding.js';

/** Looks at the host for one station or for all, and prints what was found. Throws CONFIG_INVALID for a station that there is not. */
export async function runDoctor(station: string | undefined, json: boolean | undefined): Promise<void> {
  const { rigs, specs, env, results } = placesOf();
  const known = stationNames(rigs);
  if (station !== undefined && !known.includes(station))
    throw new RigError(
      'CONFIG_INVALID',
      `${rigs} has no such station: ${station}; ${suggestion(station, known)}`,
    );
  const wanted = station === undefined ? {} : { stations: [station] };
  const { stations, problems } = await loadRig(rigs, { ...wanted, specs, env });
  const findings = await examine({ stations, problems, resultsFolder: results });
  const worst = worstOf(findings);
  answer(json, { host: hostname(), worst, findings }, () => text(findings, worst));
  process.exitCode = exitCodeFor(worst);
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
