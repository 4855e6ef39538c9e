import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Starts the program with its plan and waits for its first line: JSON, with which it says that it is ready. */
export async function startProgram<State>(
  program: URL,
  plan: object,
  atEnd: (end: () => void) => void,
): Promise<{ child: ChildProcess; state: State }> {
  const args = ['--import', 'tsx', fileURLToPath(program), JSON.stringify(plan)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  atEnd(() => void child.kill('SIGKILL'));
  const early = new AbortController();
  const ended = once(child, 'exit', { signal: early.signal }).then(() => {
    throw new Error(`${program.pathname} ended before it was ready`);
  });
  try {
    const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [
      string,
    ];
    return { child, state: JSON.parse(line) as State };
  } finally {
    early.abort();
    ended.catch(() => undefined);
  }
}

/** Kills the process and waits until it has ended. */
export async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
