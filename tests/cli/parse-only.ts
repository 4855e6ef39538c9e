import type { Command } from 'commander';
import { buildProgram } from '../../cli/program.js';

/** Parses what stands after `rig` on a shell line, without doing anything; throws for what is written wrongly. */
export function parseOnly(line: string): void {
  const program = buildProgram();
  const disarm = (command: Command): void => {
    command.action(() => undefined);
    command.commands.forEach(disarm);
  };
  program.commands.forEach(disarm);
  program.parse(wordsOf(line), { from: 'user' });
}

/** Words of a shell line without what the shell itself takes. */
function wordsOf(line: string): string[] {
  const [command = ''] = line.split(/ [<>|] /);
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
