import { readFileSync } from 'node:fs';
import type { BenchPlan } from '../rigs/bench.js';
import { startBench } from './bench.js';

/** How long the bench waits, after its owner has gone, for the guard to switch the power lines off and to read them back. */
const lingerMs = 5000;
const lingerStepMs = 20;

/**
 * `node --import tsx bench/main.ts <plan.json>`: starts the bench of a plan and prints its state as one line of JSON. It lives as
 * long as its standard input is open, or, when started by hand, until it gets SIGINT or SIGTERM or whoever forked it is gone.
 */
async function main(planPath: string | undefined): Promise<void> {
  if (planPath === undefined) throw new Error('usage: bench/main.ts <plan.json>');
  const plan = JSON.parse(readFileSync(planPath, 'utf8')) as BenchPlan;
  let stop = (): void => undefined;
  const asked = new Promise<void>((resolve) => (stop = resolve));
  // Before the boards stand: an owner that is gone by then must not leave a bench behind.
  const owner = plan.byHand ? new Promise<never>(() => undefined) : inputEnded();
  // The command that a person started it with holds the other end of this channel.
  process.on('disconnect', stop);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const bench = await startBench(plan, stop);
  try {
    process.stdout.write(`${JSON.stringify(bench.state)}\n`);
    await Promise.race([asked, owner.then(() => untilIdle(bench.inUse, asked))]);
  } finally {
    await bench.close();
  }
}

function inputEnded(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.on('end', resolve);
    process.stdin.on('close', resolve);
    process.stdin.on('error', () => resolve());
    process.stdin.resume();
  });
}

async function untilIdle(inUse: () => boolean, asked: Promise<void>): Promise<void> {
  const deadline = performance.now() + lingerMs;
  let ended = false;
  void asked.then(() => (ended = true));
  while (inUse() && !ended && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, lingerStepMs));
  }
}

process.stdout.on('error', () => undefined);
main(process.argv[2]).then(
  () => process.exit(0),
  (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    process.exit(1);
  },
);
