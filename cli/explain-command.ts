import type { Command } from 'commander';
import { addCommand } from './new-command.js';
import { answer } from './output.js';

/** `rig explain [CODE]`: what an error code means and what to do about it. */
export function addExplainCommand(program: Command): void {
  addCommand(program, 'explain', {
    about: 'say what an error code means and what to do about it',
    json: '{code, blame, category, retryable, cause, remedy}, or a list of all',
    examples: [
      ['explain FLASH_VERIFY_MISMATCH', 'one code'],
      ['explain --markdown', 'all of them, as docs/errors.md has them'],
    ],
  })
    .argument('[code]', 'an error code, e.g. FLASH_VERIFY_MISMATCH')
    .option('--markdown', 'the whole catalogue as docs/errors.md has it')
    .action(
      async (written: string | undefined, { json, markdown }: { json?: boolean; markdown?: boolean }) => {
        const { allCodes, catalogueMarkdown, explain, findCode } = await import('./explain.js');
        if (written === undefined || markdown) return answer(json, allCodes(), catalogueMarkdown);
        const found = findCode(written);
        answer(json, found, () => explain(found));
      },
    );
}
