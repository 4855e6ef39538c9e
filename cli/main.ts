import { CommanderError } from 'commander';
import { asRigError, RigError } from '../core/errors.js';
import { commandError } from './command-error.js';
import { exitCodeFor } from './exit-codes.js';
import { jsonError, printJson, wantsJson } from './output.js';
import { buildProgram } from './program.js';

const argv = process.argv.slice(2);
const program = buildProgram();

// A reader that has seen enough, as in `rig batch list | head -1`, is no failure.
process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
  if (thrown.code !== 'EPIPE') throw thrown;
  process.exit();
});

try {
  await program.parseAsync(argv, { from: 'user' });
} catch (thrown) {
  // Help and version are answers; commander throws them so that nothing ends this process early.
  if (!(thrown instanceof CommanderError && thrown.exitCode === 0)) fail(thrown);
}

function fail(thrown: unknown): void {
  const error = thrown instanceof CommanderError ? commandError(thrown, program, argv) : asRigError(thrown);
  if (wantsJson(argv)) printJson(jsonError(error));
  else
    process.stderr.write(
      `${thrown instanceof RigError || thrown instanceof CommanderError ? error.message : trace(thrown)}\n`,
    );
  process.exitCode = exitCodeFor(error);
}

/** Of what has no code of its own: somebody will have to find it. */
function trace(thrown: unknown): string {
  return thrown instanceof Error
    ? `INTERNAL_ERROR: ${thrown.stack ?? thrown.message}`
    : `INTERNAL_ERROR: ${String(thrown)}`;
}
