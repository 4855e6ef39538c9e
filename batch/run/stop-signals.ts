const terminating = ['SIGTERM', 'SIGHUP'] as const;

const stopping =
  '\nstopping: boards are given back what they held, where that is asked for, and switched off; Ctrl-C again to end at once and leave them as they are\n';

/** One Ctrl-C can arrive more than once: from the terminal, and from the npx that started the run. */
const sameMs = 500;

/**
 * SIGTERM and SIGHUP stop the run as Ctrl-C does, so that boards are switched off and records kept. While it stops, which takes about a
 * second, and as long as a write where units are rolled back, another Ctrl-C does no harm. The third ends the process at once; then the guard switches off. Returns a function that takes the
 * handlers away.
 */
export function stopInOrder(): () => void {
  let interrupts = 0;
  let lastMs = -Infinity;
  const onInterrupt = () => {
    if (performance.now() - lastMs < sameMs) return;
    lastMs = performance.now();
    interrupts += 1;
    if (interrupts === 2) process.stderr.write(stopping);
    if (interrupts > 2) process.exit(130);
  };
  const onTerminate = () => {
    if (interrupts === 0) process.kill(process.pid, 'SIGINT');
  };
  process.on('SIGINT', onInterrupt);
  for (const signal of terminating) process.on(signal, onTerminate);
  return () => {
    process.off('SIGINT', onInterrupt);
    for (const signal of terminating) process.off(signal, onTerminate);
  };
}
