import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

/** Sent to this process alone; the run puts its boards in order before it ends. */
const terminating = ['SIGTERM', 'SIGHUP'] as const;

export interface PlaywrightOptions {
  env: NodeJS.ProcessEnv;
  /** Where its standard output goes; `stderr` leaves standard output to the command's own answer. */
  output: 'stdout' | 'stderr';
}

export interface PlaywrightEnd {
  /** Undefined when it was killed. */
  code: number | undefined;
  signal: NodeJS.Signals | undefined;
  /** Of the main process, as the header of its run has it. */
  pid: number | undefined;
}

/** Runs `playwright test …` in this terminal. */
export async function runPlaywright(
  words: readonly string[],
  { env, output }: PlaywrightOptions,
): Promise<PlaywrightEnd> {
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const child = spawn(process.execPath, [playwright, 'test', ...words], {
    stdio: ['inherit', output === 'stderr' ? 2 : 'inherit', 'inherit'],
    env,
  });
  // The terminal sends Ctrl-C to both; the run ends itself and its boards first.
  const ignore = (): void => undefined;
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', ignore);
  for (const signal of terminating) process.on(signal, pass);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return { code: code ?? undefined, signal: signal ?? undefined, pid: child.pid };
  } finally {
    process.off('SIGINT', ignore);
    for (const signal of terminating) process.off(signal, pass);
  }
}
