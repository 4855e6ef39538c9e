import type { LineBackend, LineBackendSpec } from './line.js';

/**
 * Opens the backend that the spec names, loading only that one. Throws GPIO_BACKEND_MISSING or LINE_LOST. The caller closes
 * it.
 */
export async function openBackend(spec: LineBackendSpec): Promise<LineBackend> {
  if (spec.kind === 'bench') {
    const { openBenchLines } = await import('./bench-lines.js');
    return openBenchLines(spec.socketPath);
  }
  if (spec.kind === 'gpiod') {
    const { openGpiodLines } = await import('./gpiod-lines.js');
    return openGpiodLines(spec);
  }
  const { openOnoffLines } = await import('./onoff-lines.js');
  return openOnoffLines();
}
