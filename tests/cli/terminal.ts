import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { pollUntil } from '../../core/deadline.js';
import { cleanEnvironment } from '../clean-environment.js';

/** A command of the rig in a terminal of its own. */
export interface InTerminal {
  /** Everything that was written, with the codes that move the cursor. */
  raw: () => string;
  /** Waits until the text, without codes, that was written since the last wait, shows it. */
  shows: (pattern: RegExp) => Promise<void>;
  type: (keys: string) => void;
  ended: Promise<number | null>;
}

export const keys = { enter: '\r', down: '\x1b[B', space: ' ', ctrlC: '\x03' } as const;

/** Runs `rig …` in a pseudo-terminal that `script` (util-linux) makes. */
export function rigInTerminal(words: readonly string[], env: NodeJS.ProcessEnv): InTerminal {
  const line = [process.execPath, 'cli/rig.js', ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols 120 rows 40; ${line}`, '/dev/null'], {
    env: { ...cleanEnvironment(), ...env, TERM: 'xterm', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 90_000,
  });
  let text = '';
  let seen = 0;
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    raw: () => text,
    type: (typed) => void child.stdin.write(typed),
    ended,
    async shows(pattern) {
      const look = () => pattern.test(stripVTControlCharacters(text.slice(seen))) || undefined;
      await pollUntil(() => Promise.resolve(look()), {
        timeoutMs: 30_000,
        intervalMs: 20,
        onTimeout: () => new Error(`waited in vain for ${String(pattern)} in ${text.slice(seen)}`),
      });
      seen = text.length;
    },
  };
}
