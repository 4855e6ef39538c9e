import type { SafetyReport } from './guard-protocol.js';

/** The lines that did not follow, each reason once: `1-0020/0!, 1-0020/1! (LINE_LOST: …)`; empty when all are safe. */
export function unsafeText(reports: readonly SafetyReport[]): string {
  const byReason = new Map<string, string[]>();
  for (const { line, ok, error = 'no reason given' } of reports) {
    if (!ok) byReason.set(error, [...(byReason.get(error) ?? []), line]);
  }
  return [...byReason].map(([reason, lines]) => `${lines.join(', ')} (${reason})`).join('; ');
}
