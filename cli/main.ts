import { Command } from 'commander';
import { RigError } from '../core/errors.js';
import { addBenchCommand } from './bench-command.js';
import { addDiagnoseCommand } from './diagnose-command.js';
import { addDoctorCommand } from './doctor-command.js';
import { addDiscoverCommand } from './discover-command.js';
import { addExplainCommand } from './explain-command.js';
import { addFirmwareCommands } from './firmware-command.js';
import { addMapCommand } from './map-command.js';
import { addRollbackCommand } from './rollback-command.js';
import { addReportCommands } from './report-commands.js';

const program = new Command('rig')
  .description(
    'Test-rig automation for factory provisioning. Runs are started with `npx playwright test --project=<station>`.',
  )
  .showHelpAfterError('(rig --help shows every command)');

addBenchCommand(program);
addDiscoverCommand(program);
addMapCommand(program);
addReportCommands(program);
addFirmwareCommands(program);
addDiagnoseCommand(program);
addExplainCommand(program);
addDoctorCommand(program);
addRollbackCommand(program);

try {
  await program.parseAsync();
} catch (thrown) {
  if (!(thrown instanceof RigError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 1;
}
