import type { Command } from 'commander';
import { addCommand } from './new-command.js';

/** `rig doctor [station]`: what this host lacks for its stations, each with its remedy. */
export function addDoctorCommand(program: Command): void {
  addCommand(program, 'doctor', {
    about: 'look at this host and at what its stations need: what is missing, and what to do about it',
    json: '{host, worst, findings}',
    notes:
      'Nothing is switched, and no port is opened. Ends with 0 for a fit host, 1 with warnings, 4 when it is not fit.',
    examples: [
      ['doctor', 'what every station needs'],
      ['doctor station1', 'what this one needs'],
    ],
  })
    .argument('[station]', 'look at what this station needs; every station unless told')
    .action(async (station: string | undefined, { json }: { json?: boolean }) => {
      const { runDoctor } = await import('./doctor/run-doctor.js');
      await runDoctor(station, json);
    });
}
