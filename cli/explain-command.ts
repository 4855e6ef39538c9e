import type { Command } from 'commander';
import { catalogue, type CatalogueEntry, type ErrorCode } from '../core/error-catalogue.js';
import { RigError } from '../core/errors.js';
import { nearestName } from '../core/nearest-name.js';
import { outcomeFor } from '../core/outcome.js';

/** `rig explain [CODE]`: what an error code means and what to do about it. */
export function addExplainCommand(program: Command): void {
  program
    .command('explain')
    .argument('[code]', 'an error code, e.g. FLASH_VERIFY_MISMATCH')
    .option('--markdown', 'the whole catalogue as docs/errors.md has it')
    .description('say what an error code means and what to do about it')
    .action((code: string | undefined, options: { markdown?: boolean }) => {
      process.stdout.write(
        code === undefined || options.markdown ? catalogueMarkdown() : explain(code.toUpperCase()),
      );
    });
}

function explain(code: string): string {
  if (!(code in catalogue)) {
    const nearest = nearestName(code, Object.keys(catalogue));
    const hint = nearest === undefined ? '' : `did you mean ${nearest}? `;
    throw new RigError('CONFIG_INVALID', `no error code ${code}; ${hint}\`rig explain\` lists them all`);
  }
  const entry = catalogue[code as ErrorCode];
  return [
    `${code}  (${outcomeFor(entry.blame)}: the ${blamed[entry.blame]}; category ${entry.category})`,
    `  cause:  ${entry.cause}`,
    `  remedy: ${entry.remedy}`,
    `  ${entry.retryable ? 'Trying again on the same board can help.' : 'Trying again does not help.'}`,
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
