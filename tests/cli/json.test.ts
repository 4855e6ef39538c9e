import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { join } from 'node:path';
import type { Command } from 'commander';
import { buildProgram } from '../../cli/program.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { attempt, beginBatch } from './begin-batch.js';
import { rig as runRig } from './rig.js';

let rig: RigFolder;
before(async () => {
  rig = await makeRigFolder({ slots: 1 });
  const { journal } = await beginBatch(rig, 'lot');
  await attempt(journal, 'lot', 1, 'pass');
  await journal.close();
});
after(() => rig.remove());

/** A command line, and the documented fields that its value need not have. */
const lines: [line: string, optional: string[]][] = [
  ['batch create --id lot-2 --station bench1 --devices 2', []],
  ['batch list', []],
  ['batch status lot', []],
  ['checkpoint list lot', []],
  ['checkpoint validate lot', []],
  ['report rebuild lot', []],
  ['journal lot', ['problem', 'writerPid']],
  ['explain BOOT_PANIC', []],
  ['firmware inspect APP', ['partitions']],
  ['firmware validate APP --board esp32-devkit', []],
  ['firmware keygen --out FOLDER/line', []],
  ['firmware sign APP --key FOLDER/line.key.pem --out FOLDER/app.sig', []],
  ['doctor bench1', []],
  ['discover', []],
  ['diagnose APP', ['reason']],
  ['help', []],
  ['completion bash', []],
];

/** Names in the first `{…}` of what the help says of `--json`. */
function documented(line: string): string[] {
  let command: Command = buildProgram();
  for (const word of line.split(' '))
    command = command.commands.find((each) => each.name() === word) ?? command;
  const about = command.options.find(({ long }) => long === '--json')?.description ?? '';
  const [, fields = ''] = /\{([^}]*)\}/.exec(about) ?? [];
  return fields.split(', ').filter((field) => field !== '…' && field !== '');
}

describe('--json', () => {
  for (const [line, optional] of lines) {
    test(`of \`rig ${line}\` is one value with the fields that the help names`, () => {
      const app = join(rig.rigs, 'releases/small-1.2.0/app.bin');
      const words = line.replaceAll('APP', app).replaceAll('FOLDER', rig.folder).split(' ');
      const { stdout, stderr } = runRig([...words, '--json'], rig.env);
      const value = JSON.parse(stdout) as object | object[];
      const [one] = Array.isArray(value) ? (value as object[]) : [value];
      const fields = documented(line);
      assert.notEqual(fields.length, 0);
      for (const field of fields.filter((each) => !optional.includes(each)))
        assert.ok(field in (one ?? {}), `${field} in ${stdout} ${stderr}`);
    });
  }
});
