import { openBackend } from '../../../../gpio/backend.js';
import type { LineAddress } from '../../../../gpio/line.js';

// Watches one input, prints a line once it does, and waits to be killed.
const plan = JSON.parse(process.argv[2] ?? '') as { folder: string; line: LineAddress };
const backend = await openBackend({ kind: 'gpiod', folder: plan.folder });
const line = await backend.openInput(plan.line);
await line.watch(() => undefined);
process.stdout.write('watched\n');
