import { catalogue, type CatalogueEntry, type ErrorCode } from '../core/error-catalogue.js';
import { RigError } from '../core/errors.js';
import { nearestName } from '../core/nearest-name.js';
import { outcomeFor } from '../core/outcome.js';

/** A code with what the catalogue says of it. */
export type Explained = { code: string } & CatalogueEntry;

export function allCodes(): Explained[] {
  return (Object.entries(catalogue) as [string, CatalogueEntry][]).map(([code, entry]) => ({
    code,
    ...entry,
  }));
}

/** Throws COMMAND_INVALID with the nearest one when there is no such code. */
export function findCode(written: string): Explained {
  const code = written.toUpperCase();
  if (code in catalogue) return { code, ...catalogue[code as ErrorCode] };
  const nearest = nearestName(code, Object.keys(catalogue));
  const hint = nearest === undefined ? '' : `did you mean ${nearest}? `;
  throw new RigError('COMMAND_INVALID', `no error code ${code}; ${hint}\`rig explain\` lists them all`);
}

/** What a person reads of a code. */
export function explain({ code, blame, category, cause, remedy, retryable }: Explained): string {
  return [
    `${code}  (${outcomeFor(blame)}: the ${blamed[blame]}; category ${category})`,
    `  cause:  ${cause}`,
    `  remedy: ${remedy}`,
    `  ${retryable ? 'Trying again on the same board can help.' : 'Trying again does not help.'}`,
    '',
  ].join('\n');
}

const blamed = { dut: 'board', rig: 'rig', operator: 'operator', config: 'files of the run' } as const;

/** The page `docs/errors.md`, made from the catalogue; a test holds the two together. */
export function catalogueMarkdown(): string {
  const rows = (Object.entries(catalogue) as [string, CatalogueEntry][]).map(
    ([code, { blame, category, retryable, cause, remedy }]) =>
      `| \`${code}\` | ${blame} | ${category} | ${retryable ? 'yes' : 'no'} | ${cause} | ${remedy} |`,
  );
  return [
    '# Error codes',
    '',
    'Every error begins with one of these codes, in the terminal, in `batch_results.csv`, in the journal and in Allure.',
    'Blame decides the outcome: `dut` is a `fail`, `rig` and `config` are an `error`, `operator` is `aborted`.',
    '`npx rig explain CODE` prints one of them.',
    '',
    '| code | blame | category | can a retry help | cause | remedy |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
