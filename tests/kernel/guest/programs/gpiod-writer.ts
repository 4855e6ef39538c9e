import { openBackend } from '../../../../gpio/backend.js';
import type { LineAddress } from '../../../../gpio/line.js';

// Writes one line to and fro, and ends.
const plan = JSON.parse(process.argv[2] ?? '') as { folder: string; line: LineAddress; writes: number };
const backend = await openBackend({ kind: 'gpiod', folder: plan.folder });
const line = await backend.openOutput(plan.line, { initial: 'as-is' });
for (let at = 0; at < plan.writes; at += 1) await line.write(at % 2 === 0);
await backend.close();
