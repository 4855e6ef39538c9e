import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { candidates } from '../../cli/completion/candidates.js';
import { buildProgram } from '../../cli/program.js';
import { cleanEnvironment } from '../clean-environment.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { rig as runRig } from './rig.js';

let rig: RigFolder;
before(async () => {
  rig = await makeRigFolder({ slots: 1 });
  const folder = join(rig.results, 'week-23');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'batch.json'), '{}');
});
after(() => rig.remove());

/** Whether a shell is there; it must be in the gate. */
function lacks(shell: string): string | false {
  const { error } = spawnSync(shell, ['--version'], { stdio: 'ignore' });
  if (error === undefined) return false;
  const why = `needs ${shell}: sudo apt-get install ${shell}`;
  if (process.env['RIG_TOOLS'] === 'required') throw new Error(`${why}, and RIG_TOOLS=required is set`);
  return why;
}

function inShell(shell: string, words: readonly string[], script: string): string[] {
  const { stdout, stderr, status } = spawnSync(shell, [...words, script], {
    env: { ...cleanEnvironment(), ...rig.env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return stdout.split('\n').filter((line) => line !== '');
}

const script = (shell: string): string => runRig(['completion', shell]).stdout;

/** What bash has made of each line when Tab is pressed at its end: `words` as bash splits them. */
function bash(...lines: string[][]): string[] {
  const calls = lines.map((words) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _rig; echo "\${COMPREPLY[*]}"`;
  });
  return inShell('bash', ['-c'], `${script('bash')}\n${calls.join('\n')}`);
}

describe('completion', () => {
  test('in bash completes commands, flags, stations, batches and choices', () => {
    assert.deepEqual(
      bash(
        ['rig', 'dis'],
        ['rig', 'batch', 'st'],
        ['rig', 'run', '--resume-from'],
        ['rig', 'run', '--station', 'b'],
        ['rig', 'run', '--station', '=', 'b'],
        ['rig', 'batch', 'start', 'w'],
        ['rig', 'run', '--id', 'w'],
        ['rig', 'completion', 'f'],
        ['rig', 'run', '--batch-config', 'READM'],
      ),
      [
        'discover',
        'start status',
        '--resume-from-unit --resume-from-batch',
        'bench1',
        'bench1',
        'week-23',
        'week-23',
        'fish',
        'README.md',
      ],
    );
  });

  test('in bash works at a real prompt, where Tab is pressed', { skip: lacks('script') }, () => {
    const typed = `${script('bash')}\nrig() { echo "asked: $*"; }\nrig batch star\tweek\t\nexit\n`;
    const { stdout } = spawnSync('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], {
      env: { ...cleanEnvironment(), ...rig.env, TERM: 'dumb', PS1: '$ ' },
      input: typed,
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.match(stdout, /^asked: batch start week-23\s*$/m);
  });

  test('in fish completes with what each word means', { skip: lacks('fish') }, () => {
    const ask = (line: string) => `complete -C '${line}'`;
    const lines = ['rig batch star', 'rig run --station b', 'rig run --station=b', 'rig batch start w'];
    assert.deepEqual(
      inShell('fish', ['--no-config', '-c'], `${script('fish')}\n${lines.map(ask).join('\n')}`),
      ['start\tstart a batch that was made', 'bench1', '--station=bench1', 'week-23'],
    );
  });

  test('in zsh gives its candidates to zsh’s own completion', { skip: lacks('zsh') }, () => {
    // Stands in for compinit, which needs a terminal: notes what it is given.
    const stubs =
      'compdef() { :; }\n_describe() { local name=$4; print -rl -- "${(@P)name}"; }\n_files() { print files; }\n';
    const call = (words: string[]) =>
      `words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _rig`;
    assert.deepEqual(
      inShell(
        'zsh',
        ['-f', '-c'],
        `${stubs}${script('zsh')}\n${[
          ['rig', 'batch', 'star'],
          ['rig', 'run', '--station', ''],
          ['rig', 'diagnose', ''],
        ]
          .map(call)
          .join('\n')}`,
      ),
      ['start:start a batch that was made', 'bench1', 'files'],
    );
  });

  test('an unknown shell is refused with those that there are', () => {
    const { code, stderr } = runRig(['completion', 'tcsh']);
    assert.equal(code, 2);
    assert.match(stderr, /Allowed choices are bash, zsh, fish/);
  });

  test('nothing is completed after the last argument, nor for a flag that takes any text', () => {
    const words = (...line: string[]) => candidates(buildProgram(), line).words.map(({ word }) => word);
    assert.deepEqual(words('doctor', 'station1', ''), []);
    assert.deepEqual(words('run', '--range', ''), []);
    assert.deepEqual(words('run', '--dry-run', '--dev'), ['--devices']);
    assert.ok(words('report', '').includes('rebuild'));
  });
});
