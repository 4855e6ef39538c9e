import { spawn, spawnSync } from 'node:child_process';
import { cleanEnvironment } from '../clean-environment.js';

export interface RigRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `rig …` as a user would, with what `env` says in place of the environment. */
export function rig(words: readonly string[], env: NodeJS.ProcessEnv = {}): RigRun {
  const ran = spawnSync(process.execPath, ['cli/rig.js', ...words], {
    env: { ...cleanEnvironment(), NO_COLOR: '1', ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

/** The same without waiting for it. */
export function startRig(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['cli/rig.js', ...words], {
    env: { ...cleanEnvironment(), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (text.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (text.stderr += String(chunk)));
  const ended = new Promise<RigRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
  return { child, text, ended };
}
